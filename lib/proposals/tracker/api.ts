/**
 * Calling an issue tracker's API, with limits on time and size. Redirects are not followed,
 * because they would send the token to another server.
 *
 * @module
 */
import { readBoundedText } from "../../base/bounded-text.ts";
import { quoted } from "../../base/printable.ts";
import { parseUntrusted } from "../../base/untrusted-json.ts";
import { OperatorError } from "../../base/errors.ts";
import { trustedTls } from "../../host/files/ca-store.ts";
import { type ApiResponse, callFailure, responseError } from "./api-errors.ts";

/** The time limit of one call. */
const CALL_TIMEOUT_MS = 20_000;
/** The longest `Retry-After` that is waited for. */
const MAX_RETRY_AFTER_MS = 30_000;
/** The delay before a retry without `Retry-After`, and the attempts in all. */
const RETRY_DELAY_MS = 250;
const TOO_MANY_REQUESTS_DELAY_MS = 1000;
const MAX_ATTEMPTS = 3;
/** The largest response that is read; a page of 50 issues is rarely a hundredth of it. */
const RESPONSE_LIMIT_BYTES = 32 * 1024 * 1024;

export interface ApiAccess {
  /** The tracker's URL, without a trailing slash. */
  readonly url: string;
  readonly token: string;
  /** No call starts after this time, by performance.now(). */
  readonly until?: number;
}

/** True for a loopback address: requests to it cross no network. */
export const isLoopback = (url: string): boolean =>
  ["localhost", "127.0.0.1", "[::1]"].includes(URL.parse(url)?.hostname ?? "");

type Method = "GET" | "POST" | "PATCH" | "DELETE";

interface Call {
  readonly method: Method;
  /** From the repository: `owner/name/issues?page=1`. */
  readonly path: string;
  /** What the path starts with: the name of a repository, unless this says otherwise. */
  readonly of?: "orgs";
  readonly body?: object;
}

/** Calls the API of one repository: the path is `issues?page=1`, for example. */
export type RepositoryCaller = (method: Method, path: string, body?: object) => Promise<unknown>;

/**
 * Calls the API and returns the JSON of the response, undefined if it is empty. Calls that only
 * read are retried. A failed write may have succeeded, so it is left to the next pass.
 *
 * @throws {OperatorError} when the tracker refuses the call, or the network fails.
 */
export async function callApi(access: ApiAccess, call: Call): Promise<unknown> {
  const doing = `Cannot ${call.method} ${quoted(call.path)} of ${quoted(access.url)}`;
  const response = await fetchWithRetries(access, call, doing);
  if (response.status >= 200 && response.status < 300) return parseResponse(response, doing);
  throw responseError(response, doing);
}

async function fetchWithRetries(
  access: ApiAccess,
  call: Call,
  doing: string,
): Promise<ApiResponse> {
  for (let attempt = 1; ; attempt++) {
    if (performance.now() > (access.until ?? Infinity)) throw passTimeout(doing);
    const response = await send(access, call).catch((error: unknown) => callFailure(error, doing));
    const delay = attempt < MAX_ATTEMPTS ? retryDelay(call, response) : undefined;
    if (delay !== undefined && delay <= MAX_RETRY_AFTER_MS) await Bun.sleep(delay);
    else if (response instanceof OperatorError) throw response;
    else return response;
  }
}

const passTimeout = (doing: string): OperatorError =>
  new OperatorError(
    "try_again",
    `${doing}: this pass has exceeded its time limit`,
    "find out why the tracker is slow; the next pass continues",
  );

/** The delay in milliseconds before a retry; undefined for no retry. */
function retryDelay({ method }: Call, response: ApiResponse | OperatorError): number | undefined {
  if (response instanceof OperatorError)
    return method === "GET" && response.fault === "unavailable" ? RETRY_DELAY_MS : undefined;
  if (response.status === 429) return requestedDelay(response) ?? TOO_MANY_REQUESTS_DELAY_MS;
  // After a 5xx, a write may have been carried out.
  if (method !== "GET" || response.status < 500) return undefined;
  return requestedDelay(response) ?? RETRY_DELAY_MS;
}

/** `Retry-After` in milliseconds, from seconds or a date; undefined without one. */
function requestedDelay({ retryAfter }: ApiResponse): number | undefined {
  if (retryAfter === null) return undefined;
  const delay = /^\d+(?:\.\d+)?$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(delay) ? undefined : Math.max(0, delay);
}

async function send({ url, token }: ApiAccess, call: Call): Promise<ApiResponse> {
  const { method, path, body, of = "repos" } = call;
  const response = await fetch(`${url}/api/v1/${of}/${path}`, {
    ...trustedTls(new URL(url)),
    method,
    redirect: "manual",
    // BUN_CONFIG_VERBOSE_FETCH would print the token.
    verbose: false,
    // A proxy from the environment would get the token, even of a tracker on this host.
    ...(isLoopback(url) ? { proxy: false } : {}),
    // Bun retries some calls on a reused connection, even those that write.
    keepalive: false,
    // A compressed response would be expanded before its size could be checked.
    decompress: false,
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    headers: {
      Authorization: `token ${token}`,
      Accept: "application/json",
      "Accept-Encoding": "identity",
      // Messages are recognized in English.
      "Accept-Language": "en",
      "User-Agent": "lazarus-pit",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // The tracker may repeat the token in its response, which must not get into a log.
  const masked = (text: string): string => text.replaceAll(token, "***");
  const { status, headers } = response;
  return {
    status,
    text: masked(await readLimited(response)),
    retryAfter: headers.get("Retry-After"),
    location: masked(headers.get("Location") ?? "") || null,
  };
}

async function readLimited({ body }: Response): Promise<string> {
  const text = await readBoundedText(body, RESPONSE_LIMIT_BYTES);
  if (text === undefined) throw new RangeError("the response is too large");
  return text;
}

function parseResponse({ text }: ApiResponse, doing: string): unknown {
  if (text === "") return undefined;
  const json = parseUntrusted(text);
  if (json.outcome === "read") return json.value;
  throw new OperatorError(
    "unavailable",
    `${doing}: ${json.why.replace("it", "the response")}`,
    "check that gitea_url is the address of the tracker, without a page for sign-in or maintenance before it",
  );
}
