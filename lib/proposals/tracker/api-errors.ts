/**
 * The errors of a tracker's API as errors for an operator.
 *
 * @module
 */
import * as v from "valibot";
import { parseContract } from "../../contract/parse.ts";
import { printable, quoted, shortened, withoutPasswords } from "../../base/printable.ts";
import { describeFailure, isRefusedCertificate } from "../../base/request-failure.ts";
import { type Fault, OperatorError } from "../../base/errors.ts";

export interface ApiResponse {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
  /** Where a redirection leads. */
  readonly location: string | null;
}

/** The error for a call without a complete response. */
export function callFailure(error: unknown, doing: string): OperatorError {
  if (error instanceof OperatorError) return error;
  const tooLarge = error instanceof RangeError;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // The code of a timeout is a number, so its name is shown instead.
  const name = error instanceof Error ? error.name : "it failed";
  const reason = /^[A-Z]/i.test(code) ? code : name;
  if (isRefusedCertificate(reason))
    return new OperatorError("unavailable", `${doing}: ${describeFailure(reason)}`, CA_HINT);
  const why = tooLarge ? error.message : `no complete response (${reason})`;
  return new OperatorError(
    tooLarge ? "data_error" : "unavailable",
    `${doing}: ${printable(why)}`,
    tooLarge ? "find the oversized issue" : "check that the tracker is reachable from here",
    { cause: error },
  );
}

const CA_HINT =
  "add its CA to the store of this host, such as by update-ca-certificates, or name its file in SSL_CERT_FILE";
const SCOPE_HINT =
  "create a token with the scope write:issue, for an account that may write these issues";
const LOCKED_HINT =
  "unlock it, or let the token's account write to the repository; the next pass does the rest";
const ARCHIVED_HINT =
  "unarchive it, and the next pass does the rest; or stop running passes for it";
type ErrorRow = readonly [fault: Fault, why: string, hint: string];
const ERRORS: Readonly<Record<number, ErrorRow>> = {
  401: ["no_permission", "the token is not valid", SCOPE_HINT],
  403: ["no_permission", "the token has no permission for that", SCOPE_HINT],
  404: [
    "no_input",
    "it does not exist, or the token's account may not see it",
    "if it is a single issue, it was deleted or moved; otherwise correct gitea_repository",
  ],
  423: ["no_permission", "the repository is archived", ARCHIVED_HINT],
  429: ["try_again", "too many requests", "run it again later, or less often"],
};

/** True for the error of a response that exceeds the size limit. */
export const isResponseTooLarge = (error: unknown): boolean =>
  error instanceof OperatorError && error.cause instanceof RangeError;

/** The error for a response whose status is not 2xx. */
export function responseError(
  { status, text, retryAfter, location }: ApiResponse,
  doing: string,
): OperatorError {
  if (status >= 300 && status < 400)
    return new OperatorError(
      "config",
      `${doing}: it redirects${targetText(location)} (${status})`,
      "set gitea_url and gitea_repository to the new address, because the token is not sent to another; if that is a page for sign-in, let the API pass without it",
    );
  if (status === 503 && retryAfter !== null)
    return new OperatorError(
      "try_again",
      `${doing}: the tracker asks to wait (${status}${messageIn(text)})`,
      "run it again later",
    );
  const fault = status >= 500 ? "unavailable" : "data_error";
  if (status >= 502 && status <= 504)
    return new OperatorError(
      "unavailable",
      `${doing}: the tracker, or a proxy before it, is not available (${status}${messageIn(text)})`,
      "wait until it is back: the next pass continues",
    );
  const other: ErrorRow = [fault, "it was refused", "see the tracker's log"];
  const [code, why, hint] = refusalOf(status, text) ?? ERRORS[status] ?? other;
  return new OperatorError(code, `${doing}: ${why} (${status}${messageIn(text)})`, hint);
}

/** What is refused to everyone, whatever the token. */
function refusalOf(status: number, text: string): ErrorRow | undefined {
  if (status !== 403 && status !== 423) return undefined;
  const message = messageIn(text);
  if (/\barchived\b/i.test(message)) return ERRORS[423];
  return /\block(?:ed)?\b/i.test(message)
    ? ["no_permission", "the issue is locked", LOCKED_HINT]
    : undefined;
}

/** The body of an error response. */
const ErrorBody = v.looseObject({ message: v.string() });

/** The message of an error response, to append inside parentheses; empty without one. */
function messageIn(text: string): string {
  const body = parseContract(text, ErrorBody);
  return body.outcome === "read" ? `: ${printable(shortened(body.value.message, 200))}` : "";
}

/** A query may hold what is secret. */
const targetText = (location: string | null): string =>
  location === null ? "" : ` to ${quoted(withoutPasswords(location.replace(/[?#].*/, "")))}`;
