/**
 * Answers to probes, kept for a moment for those who ask the same.
 *
 * For Bun alone: there a copy of an answer shares its body, where Node's would tee a stream.
 *
 * @module
 */
import type { Handler } from "./handler.ts";

/** In milliseconds; scans are a second apart, or more. */
const KEPT_MS = 100;
/** How many are kept: a client may choose the port that it names. */
const LIMIT = 16;
/** What depends on nothing in a request but its address, where there is no token. */
const KEPT = /^https?:\/\/[^/?#]*\/(?:livez|readyz|health)$/;

/**
 * The same handler, which keeps its good answers to probes for `keptMs`, by their whole
 * address. The name in an address is the one that the request's `Host` gives, so that what
 * is kept for one was allowed to it, and no other name is shown it. Not for an endpoint with
 * a token, where the answer depends on who asks.
 */
export function keeping(handler: Handler, keptMs = KEPT_MS): Handler {
  const kept = new Map<string, Response>();
  return (request) => {
    const known = kept.get(request.url);
    if (known !== undefined && request.method === "GET") return copyOf(known);
    const answered = handler(request);
    if (answered instanceof Promise || answered?.ok !== true) return answered;
    if (request.method !== "GET" || !KEPT.test(request.url) || kept.size === LIMIT) return answered;
    if (kept.size === 0) setTimeout(() => kept.clear(), keptMs);
    kept.set(request.url, copyOf(answered));
    return answered;
  };
}

/** A copy costs less than an answer made of the same body and headers. */
const copyOf = (response: Response) => response.clone() as Response;
