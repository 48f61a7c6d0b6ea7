/**
 * Access control: allowed host names, bearer tokens, tokens of cells.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** `Host` names of loopback addresses. */
const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];
const HOST = /^(\[[0-9a-f:.]+\]|[^:,\s]+)(?::\d{1,5})?$/i;

/**
 * True when a request's `Host` is a loopback name or one of `allowed`, in any case, with any port.
 * By DNS rebinding, a malicious page can make a browser send requests to a loopback address, but
 * only with the page's own host name. A request without `Host` does not come from a browser.
 */
export function isAllowedHost(host: string | null, allowed: readonly string[]): boolean {
  if (host === null || host === "") return true;
  const name = HOST.exec(host)?.[1]?.toLowerCase();
  return name !== undefined && (LOOPBACK_NAMES.includes(name) || allowed.includes(name));
}

/** The token of `Authorization: Bearer …`; undefined when there is none. */
export const bearerToken = (request: Request): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(request.headers.get("Authorization") ?? "")?.[1];

/** Compares secrets in constant time; false when one is undefined. */
export function isSameSecret(given: string | undefined, secret: string | undefined): boolean {
  if (given === undefined || secret === undefined) return false;
  return timingSafeEqual(
    createHash("sha256").update(given).digest(),
    createHash("sha256").update(secret).digest(),
  );
}

/** The token that lets a cell's agent beat over HTTP: HMAC-SHA256 of the id, in hex. */
export const beatToken = (secret: string, id: string): string =>
  createHmac("sha256", secret).update(id).digest("hex");
