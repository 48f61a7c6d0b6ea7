/**
 * The flags of `heartbeat run` that name a monitor.
 *
 * @module
 */
import { isPingUrl } from "./rules/ping-url.ts";
import { quoted } from "../base/printable.ts";
import { OperatorError } from "../base/errors.ts";
import { readSecret } from "../host/files/secret.ts";
import { cannotUse } from "../cli/usage-error.ts";
import type { RunPlan } from "./run-plan.ts";

/**
 * Reads `--ping` and `--ping-file`. A file, which holds the URL as a secret, is read by the returned
 * function, after the command has started.
 *
 * @throws {OperatorError} of kind `usage`; the returned function of kind `config`.
 */
export function readPing(url: string | undefined, file: string | undefined): RunPlan["ping"] {
  if (url !== undefined && file !== undefined)
    throw cannotUse("--ping together with --ping-file", "give one of them");
  if (url !== undefined && !isPingUrl(url))
    throw cannotUse("this URL for --ping", "write it as https://hc-ping.com/UUID");
  if (url !== undefined) return () => url;
  return file === undefined ? undefined : () => readPingFile(file);
}

/** Reads `--ping-body`: programs print secrets, so only it sends the captured output to the monitor. */
export function readPingBody(isGiven: boolean, hasPing: boolean, captures: boolean): boolean {
  if (isGiven && !hasPing)
    throw cannotUse("--ping-body without --ping", "add --ping or --ping-file");
  if (isGiven && !captures) throw cannotUse("--ping-body without --capture", "add --capture");
  return isGiven;
}

function readPingFile(file: string): string {
  const hint = "write a URL into it, such as https://hc-ping.com/UUID";
  const url = readSecret(file, hint);
  if (isPingUrl(url)) return url;
  throw new OperatorError(
    "config",
    `Cannot use the ping URL in ${quoted(file)}: it is not a URL`,
    hint,
  );
}
