/**
 * The flags of the health endpoint, for every script that serves it.
 *
 * @module
 */
import { readCount } from "../../cli/value-flags.ts";
import { type FlagsOf, listFlag, textFlag } from "../../cli/flag-values.ts";
import { cannotUse } from "../../cli/usage-error.ts";
import { quoted } from "../../base/printable.ts";
import { readSecret } from "../../host/files/secret.ts";
import type { EndpointOptions } from "./health-server.ts";
import { type Address, parseAddress } from "./listen.ts";
import { refuseSharedSecrets } from "./secret-files.ts";
import { readTlsPair, type TlsPair } from "./tls-files.ts";

export const ENDPOINT_FLAGS = {
  "token-file": {
    type: "string",
    valueHint: "file",
    description: "Require the token in this file",
  },
  "beat-secret-file": {
    type: "string",
    valueHint: "file",
    description: "Accept beats; secret to derive tokens",
  },
  "operator-token-file": {
    type: "string",
    valueHint: "file",
    description: "Take orders with the token in this file",
  },
  "tls-cert": {
    type: "string",
    valueHint: "file",
    description: "Serve HTTPS with this certificate",
  },
  "tls-key": { type: "string", valueHint: "file", description: "The certificate's key" },
  "allow-host": {
    type: "string",
    valueHint: "name",
    description: "Allow a proxy's host name; repeatable",
  },
  insecure: { type: "boolean", description: "Allow remote clients without a token" },
  "max-clients": {
    type: "string",
    valueHint: "n",
    description: "Limit of event streams; default 1024",
  },
  "no-per-cell-metrics": { type: "boolean", description: "Only totals in /metrics" },
} as const;

/**
 * Reads the options of the endpoint at `listen`.
 *
 * @throws {OperatorError} when a flag is wrong, or a secret unusable.
 */
export function readEndpointFlags(
  flags: FlagsOf<typeof ENDPOINT_FLAGS>,
  listen: string,
): EndpointOptions {
  const address = parseAddress(listen);
  const secret = (name: "token-file" | "beat-secret-file" | "operator-token-file") => {
    const file = textFlag(flags, name);
    return file === undefined ? undefined : readSecret(file);
  };
  const secrets = {
    token: secret("token-file"),
    tokenFile: textFlag(flags, "token-file"),
    beatSecret: secret("beat-secret-file"),
    beatSecretFile: textFlag(flags, "beat-secret-file"),
    operatorToken: secret("operator-token-file"),
    operatorTokenFile: textFlag(flags, "operator-token-file"),
  };
  refuseSharedSecrets(secrets);
  return {
    address,
    ...secrets,
    tls: readTlsFlags(flags, address),
    hosts: listFlag(flags, "allow-host").map(parseHost),
    isInsecure: flags["insecure"] === true,
    maxClients: readCount("max-clients", textFlag(flags, "max-clients") ?? "1024"),
    perCellMetrics: flags["no-per-cell-metrics"] !== true,
  };
}

function readTlsFlags(
  flags: FlagsOf<typeof ENDPOINT_FLAGS>,
  address: Address,
): TlsPair | undefined {
  const [cert, key] = [textFlag(flags, "tls-cert"), textFlag(flags, "tls-key")];
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw cannotUse(
      `--tls-${cert === undefined ? "key" : "cert"} alone`,
      "give --tls-cert and --tls-key together",
    );
  if ("unix" in address)
    throw cannotUse("--tls-cert with a unix socket", "let the proxy before the socket do TLS");
  return readTlsPair(cert, key);
}

/** A host name without scheme and port, because the name in `Host` is compared without its port. */
function parseHost(text: string): string {
  if (/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/i.test(text)) return text.toLowerCase();
  throw cannotUse(
    `${quoted(text)} for --allow-host`,
    "give only the name, such as pit.example.org or [2001:db8::1]; all its ports are allowed",
  );
}
