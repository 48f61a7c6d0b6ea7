/**
 * Where a server listens.
 *
 * @module
 */
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { describeErrno, errnoOf, systemFailure } from "../host/errno.ts";
import { refusal } from "../command/flags.ts";

/** An address: a unix socket, or a host and a port (0 for any that is free). */
export type Address =
  { readonly unix: string } | { readonly hostname: string; readonly port: number };

/**
 * Reads `unix:/path`, `host:port` or `[v6]:port`.
 *
 * @throws {OperatorError} of kind `usage` when it is none of them.
 */
export function readAddress(text: string): Address {
  if (/^unix:\/./.test(text)) return { unix: text.slice("unix:".length) };
  const [, v6, name, port] = /^(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const hostname = v6 ?? name;
  if (hostname === undefined || Number(port) > 65_535)
    throw refusal(
      `${quoted(text)} for --listen`,
      "write it as 127.0.0.1:8471, [::1]:8471 or unix:/run/lazarus-pit.sock",
    );
  return { hostname, port: Number(port) };
}

/** True for an address that only this host reaches. */
export const isLocal = (address: Address): boolean =>
  "unix" in address ||
  address.hostname === "localhost" ||
  address.hostname === "::1" ||
  /^127(?:\.\d{1,3}){3}$/.test(address.hostname);

/**
 * Makes way for a unix socket: one that nobody listens on is removed; one that is in use,
 * or anything else in its place, is not.
 *
 * @throws {OperatorError} when the path is taken.
 */
export async function clearSocket(path: string): Promise<void> {
  const doing = `Cannot listen on ${quoted(path)}`;
  try {
    await clearWay(path, doing);
  } catch (error) {
    throw systemFailure(error, doing, "cannot_create");
  }
}

async function clearWay(path: string, doing: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket())
    throw new OperatorError(
      "cannot_create",
      `${doing}: something else is there`,
      "choose another path",
    );
  if (await isAnswered(path))
    throw new OperatorError(
      "try_again",
      `${doing}: another process listens there`,
      "stop that one first, or choose another path",
    );
  unlinkSync(path);
}

/** Runs `open`, which makes the unix socket `path`, so that only its owner and group may connect. */
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
export function listenFailure(error: unknown, address: Address): OperatorError {
  const where = "unix" in address ? address.unix : `${address.hostname}:${address.port}`;
  const doing = `Cannot listen on ${quoted(where)}`;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
    return new OperatorError(
      "try_again",
      `${doing}: the address is in use`,
      "stop what listens there, or choose another with --listen",
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
 * Whether a process may listen there: only a connection that is refused says that none does.
 * Not by node:net, where Bun calls it a refusal too when a server's queue is full.
 */
async function isAnswered(path: string): Promise<boolean> {
  try {
    await fetch("http://localhost/livez", { unix: path, signal: AbortSignal.timeout(1000) });
    return true;
  } catch (error) {
    const code = errnoOf(error);
    // Its words are about a URL; the code says enough.
    if (code === "EACCES" || code === "EPERM") throw Object.assign(new Error(code), { code });
    return code !== "ECONNREFUSED";
  }
}
