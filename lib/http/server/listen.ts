/**
 * Addresses that a server listens on.
 *
 * @module
 */
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { describeErrno, errnoOf, systemFailure } from "../../host/errno.ts";
import { cannotUse } from "../../cli/usage-error.ts";

/** A unix socket, or a host and a port (0 for any free one). */
export type Address =
  { readonly unix: string } | { readonly hostname: string; readonly port: number };

const PROBE_TIMEOUT_MS = 1000;

/**
 * Parses `unix:/path`, `host:port` or `[v6]:port`.
 *
 * @throws {OperatorError} of kind `usage` when it is none of them.
 */
export function parseAddress(text: string): Address {
  if (/^unix:\/./.test(text)) return { unix: text.slice("unix:".length) };
  const [, v6, name, port] = /^(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const hostname = v6 ?? name;
  if (hostname === undefined || Number(port) > 65_535)
    throw cannotUse(
      `${quoted(text)} for --listen`,
      "write it as 127.0.0.1:8471, [::1]:8471 or unix:/run/lazarus-pit.sock",
    );
  return { hostname, port: Number(port) };
}

/** True for an address that only this host can reach. */
export const isLocal = (address: Address): boolean =>
  "unix" in address ||
  address.hostname === "localhost" ||
  address.hostname === "::1" ||
  /^127(?:\.\d{1,3}){3}$/.test(address.hostname);

/**
 * Removes the unix socket of a server that no longer runs; call it before listening. A socket in
 * use, or any other file, stays.
 *
 * @throws {OperatorError} when the path of a unix socket is taken.
 */
export async function removeStaleSocket(address: Address): Promise<void> {
  if (!("unix" in address)) return;
  const doing = `Cannot listen on ${quoted(address.unix)}`;
  try {
    await removeIfStale(address.unix, doing);
  } catch (error) {
    throw systemFailure(error, doing, "cannot_create");
  }
}

async function removeIfStale(path: string, doing: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket())
    throw new OperatorError(
      "cannot_create",
      `${doing}: a file that is not a socket exists`,
      "choose another path",
    );
  if (await isInUse(path))
    throw new OperatorError(
      "try_again",
      `${doing}: another process listens there`,
      "stop that process, or choose another path",
    );
  unlinkSync(path);
}

/** Calls `open`, which creates the unix socket `path`, so that only its owner and group may connect. */
export function withSocketMode<T>(path: string, open: () => T): T {
  const before = process.umask(0o117);
  try {
    const opened = open();
    chmodSync(path, 0o660);
    return opened;
  } finally {
    process.umask(before);
  }
}

/** The error for a server that could not listen. */
export function listenError(error: unknown, address: Address): OperatorError {
  const where = "unix" in address ? address.unix : `${address.hostname}:${address.port}`;
  const doing = `Cannot listen on ${quoted(where)}`;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
    return new OperatorError(
      "try_again",
      `${doing}: the address is in use`,
      "stop the process that listens there, or choose another address with --listen",
    );
  if (errnoOf(error) !== undefined) return systemFailure(error, doing, "cannot_create");
  return new OperatorError(
    "cannot_create",
    `${doing}: ${describeErrno(error)}`,
    "choose another address with --listen",
    { cause: error },
  );
}

/**
 * Whether a process may be listening: only a refused connection proves that none is. Not with
 * node:net, where Bun also reports a full queue of a server as a refusal.
 */
async function isInUse(path: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    await fetch("http://localhost/livez", { unix: path, signal });
    return true;
  } catch (error) {
    const code = errnoOf(error);
    // Its message is about a URL; the code is enough.
    if (code === "EACCES" || code === "EPERM") throw Object.assign(new Error(code), { code });
    return code !== "ECONNREFUSED";
  }
}
