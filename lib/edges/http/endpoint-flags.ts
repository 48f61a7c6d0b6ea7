/**
 * The flags of the health endpoint, for every script that serves it.
 *
 * @module
 */
import { readCount } from "../command/amounts.ts";
import { type Args, listFlag, refusal, textFlag } from "../command/flags.ts";
import { quoted } from "../../rules/printable.ts";
import { readSecret } from "../host/secret.ts";
import type { EndpointPlan } from "./health-server.ts";
import { readAddress } from "./listen.ts";

export const ENDPOINT_FLAGS = {
  "token-file": { type: "string", valueHint: "file", description: "Ask readers for this token" },
  "beat-secret-file": {
    type: "string",
    valueHint: "file",
    description: "Take beats, with tokens under this secret",
  },
  "allow-host": {
    type: "string",
    valueHint: "name",
    description: "A proxy's name; may be repeated",
  },
  insecure: { type: "boolean", description: "Serve beyond this host without a token" },
  "max-clients": { type: "string", valueHint: "n", description: "Most event streams; 1024" },
  "no-per-cell-metrics": { type: "boolean", description: "Count cells in /metrics, name none" },
} as const;

/**
 * What the flags say of the endpoint at `listen`.
 *
 * @throws {OperatorError} when one is wrong, or a secret cannot be used.
 */
export function readEndpoint(flags: Args, listen: string): EndpointPlan {
  const secret = (name: string) => {
    const file = textFlag(flags, name);
    return file === undefined ? undefined : readSecret(file);
  };
  return {
    address: readAddress(listen),
    token: secret("token-file"),
    beatSecret: secret("beat-secret-file"),
    hosts: listFlag(flags, "allow-host").map(readHost),
    isInsecure: flags["insecure"] === true,
    maxClients: readCount("max-clients", textFlag(flags, "max-clients") ?? "1024"),
    perCellMetrics: flags["no-per-cell-metrics"] !== true,
  };
}

/** A name as a request's `Host` has it; with a port or a scheme it would never be found there. */
function readHost(text: string): string {
  if (/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/i.test(text)) return text.toLowerCase();
  throw refusal(
    `${quoted(text)} for --allow-host`,
    "write the name alone, such as pit.example.org or [2001:db8::1]; any port of it is allowed",
  );
}
