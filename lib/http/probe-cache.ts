/**
 * Caches responses to probes for a moment.
 *
 * For Bun only: its clone of a response shares the body, where Node's would tee a stream.
 *
 * @module
 */
import type { Handler } from "./handler.ts";

/** Shorter than the scan interval, which is 1 s or more. */
const CACHE_MS = 100;
/** Bounded, because a client can choose the port in the URL. */
const MAX_ENTRIES = 16;
/** Without a token, responses on these paths depend on the URL only. */
const CACHEABLE = /^https?:\/\/[^/?#]*\/(?:livez|readyz|health)$/;

/**
 * Adds a cache for successful responses to probes, keyed by URL. The URL contains the request's
 * `Host`, so a response cached for an allowed host is not sent to another. Not for an endpoint with
 * a token, where the response depends on the client.
 */
export function withProbeCache(handler: Handler, cacheMs = CACHE_MS): Handler {
  const cache = new Map<string, Response>();
  return (request) => {
    const cached = cache.get(request.url);
    if (cached !== undefined && request.method === "GET") return clone(cached);
    const response = handler(request);
    if (response instanceof Promise || response?.ok !== true) return response;
    const isCacheable = request.method === "GET" && CACHEABLE.test(request.url);
    if (!isCacheable || cache.size === MAX_ENTRIES) return response;
    if (cache.size === 0) setTimeout(() => cache.clear(), cacheMs);
    cache.set(request.url, clone(response));
    return response;
  };
}

/** A clone is cheaper than a new response with the same body and headers. */
const clone = (response: Response) => response.clone() as Response;
