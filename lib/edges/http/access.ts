/**
 * Who may ask, and who may write.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The names under which a loopback address is asked for. */
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
const HOST = /^(\[[0-9a-f:.]+\]|[^:,\s]+)(?::\d{1,5})?$/i;

/**
 * True when the `Host` of a request is one of `allowed`, in any case and with any port. A
 * page of a stranger can make a browser ask a loopback address under the stranger's name
 * (DNS rebinding), but under that name only. A request without one comes from no browser.
 */
export function isAllowedHost(host: string | null, allowed: readonly string[]): boolean {
  if (host === null || host === "") return true;
  const name = HOST.exec(host)?.[1]?.toLowerCase();
  return name !== undefined && (LOOPBACK.includes(name) || allowed.includes(name));
}

/** The token of `Authorization: Bearer …`; undefined when there is none. */
export const bearerOf = (request: Request): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(request.headers.get("Authorization") ?? "")?.[1];

/** True when both are the same, in a time that does not tell how much of them is. */
export function isSameSecret(given: string | undefined, secret: string | undefined): boolean {
  if (given === undefined || secret === undefined) return false;
  return timingSafeEqual(
    createHash("sha256").update(given).digest(),
    createHash("sha256").update(secret).digest(),
  );
}

/** The token with which the agent of one cell may beat over HTTP: HMAC-SHA256 of the id, in hex. */
export const beatToken = (secret: string, id: string): string =>
  createHmac("sha256", secret).update(id).digest("hex");
