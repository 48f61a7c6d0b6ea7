/**
 * Sends one ping, again after a temporary failure, until the monitor accepts it.
 *
 * @module
 */
import { OperatorError } from "../base/errors.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { trustedTls } from "../host/files/ca-store.ts";
import {
  describeFailure,
  describeProxy,
  isRefusedCertificate,
  isUnreachable,
} from "../base/request-failure.ts";
import { allowedRedirect } from "./rules/ping-url.ts";

const REQUEST_TIMEOUT_MS = 4000;
/** Delay before the first retry; it doubles with each one. */
const RETRY_DELAY_MS = 250;
export const MAX_TRIES = 5;
const MAX_REDIRECTS = 3;
const NO_RESPONSE = "no response in time";

/** A ping that is being sent. */
export interface PingAttempt {
  /** Aborts it; the last failure is then its result. */
  readonly stop: AbortSignal;
  /** The number of attempts while the monitor cannot be reached: fewer once the command has ended. */
  readonly triesUnreachable: () => number;
  /** True if the monitor could not be reached in the last attempt. */
  isUnreachable: boolean;
}

/** The response to a request; or the code of the error, or `NO_RESPONSE`. */
type Result = Response | string;

/**
 * Posts `body` until the server accepts it: retries after no response, 5xx and 429.
 *
 * @throws {OperatorError} with the reason of the last failure, without the URL, which is a secret.
 */
export async function postUntilAccepted(
  url: URL,
  body: Uint8Array,
  attempt: PingAttempt,
): Promise<Response> {
  const { stop } = attempt;
  let result: Result | undefined;
  for (let tries = 1; ; tries++) {
    const current = await postFollowing(url, body, stop);
    // A request that we aborted has no result of its own: report the one before it.
    const isAborted = stop.aborted && !(current instanceof Response);
    result = isAborted ? (result ?? current) : current;
    if (result instanceof Response && result.ok) return result;
    attempt.isUnreachable = typeof result === "string" && isUnreachable(result);
    const limit = attempt.isUnreachable ? attempt.triesUnreachable() : MAX_TRIES;
    if (isFinal(result) || tries >= limit || stop.aborted) throw pingError(url, result);
    await sleepUnlessAborted(RETRY_DELAY_MS * 2 ** (tries - 1), stop);
    if (stop.aborted) throw pingError(url, result);
  }
}

const isFinal = (result: Result): boolean =>
  result instanceof Response
    ? result.status < 500 && result.status !== 429
    : isRefusedCertificate(result);

/** The response, after redirects to the same host; or why there is none. */
async function postFollowing(from: URL, body: Uint8Array, stop: AbortSignal): Promise<Result> {
  let url = from;
  for (let redirects = 0; ; redirects++) {
    const response = await post(url, body, stop);
    if (!(response instanceof Response) || response.status < 300 || response.status > 399)
      return response;
    const next = allowedRedirect(url, response.headers.get("Location"));
    if (next === undefined || redirects === MAX_REDIRECTS) return response;
    url = next;
  }
}

async function post(url: URL, body: Uint8Array, stop: AbortSignal): Promise<Result> {
  const tls = trustedTls(url);
  try {
    const response = await fetch(url, {
      method: "POST",
      body: new Uint8Array(body),
      redirect: "manual",
      // BUN_CONFIG_VERBOSE_FETCH would print the URL, which is a secret.
      verbose: false,
      // Only the status and headers matter: a body that cannot be decompressed is not a failure.
      decompress: false,
      signal: AbortSignal.any([stop, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      ...tls,
    });
    await response.body?.cancel();
    return response;
  } catch (error) {
    if (error instanceof Error && /Abort|Timeout/.test(error.name)) return NO_RESPONSE;
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

/** Names the host only: the rest of the URL is a secret. */
function pingError({ host, protocol }: URL, result: Result): OperatorError {
  const why =
    result instanceof Response
      ? describeStatus(result.status)
      : `${describeFailure(result)}${describeProxy(protocol, process.env)}`;
  return new OperatorError("unavailable", `Cannot ping ${host}: ${why}`, "");
}

const describeStatus = (status: number): string =>
  status >= 300 && status < 400
    ? `it responded ${status}, a redirect that is not followed`
    : `it responded ${status}`;

/** Waits for `ms`, or until `signal` aborts. */
const sleepUnlessAborted = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => {});
