/**
 * What a tracker answers when it does not do what was asked, in words for an operator.
 *
 * @module
 */
import { printable, shortened } from "../../rules/printable.ts";
import { type Fault, OperatorError } from "../../schemas/errors.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

/** The error for a call that had no whole answer. */
export function failureOf(error: unknown, doing: string): OperatorError {
  const tooLarge = error instanceof RangeError;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // The code of a timeout is a mere number; its name says more.
  const name = error instanceof Error ? error.name : "it failed";
  const said = /^[A-Z]/i.test(code) ? code : name;
  const why = tooLarge ? error.message : `no whole answer came (${said})`;
  return new OperatorError(
    tooLarge ? "data_error" : "unavailable",
    `${doing}: ${printable(why)}`,
    tooLarge ? "see which issue is that large" : "see whether the tracker can be reached from here",
    { cause: error },
  );
}

const SCOPE = "make a token with the scope write:issue, of an account that may write these issues";
const REFUSALS: Readonly<Record<number, readonly [fault: Fault, why: string, hint: string]>> = {
  401: ["no_permission", "the token is not valid there", SCOPE],
  403: ["no_permission", "the token may not do that", SCOPE],
  404: ["no_input", "there is none, or its account may not see it", "correct gitea_repository"],
  429: ["try_again", "it was asked too often", "run it again in a while, or less often"],
};

/** True for the error of an answer that is larger than what is read. */
export const isTooLarge = (error: unknown): boolean =>
  error instanceof OperatorError && error.cause instanceof RangeError;

/** The error for an answer that is a refusal. */
export function refusalOf({ status, text, retryAfter }: Answer, doing: string): OperatorError {
  if (status >= 300 && status < 400)
    return new OperatorError(
      "config",
      `${doing}: it has moved (${status})`,
      "set gitea_url and gitea_repository to where it is now: the token is sent nowhere else",
    );
  if (status === 503 && retryAfter !== null)
    return new OperatorError(
      "try_again",
      `${doing}: it asks to wait (${status}${saidIn(text)})`,
      "run it again in a while",
    );
  const fault = status >= 500 ? "unavailable" : "data_error";
  const [word, why, hint] = REFUSALS[status] ?? [fault, "it was refused", "see the tracker's log"];
  return new OperatorError(word, `${doing}: ${why} (${status}${saidIn(text)})`, hint);
}

/** What an answer says in words, as the end of a bracket. */
function saidIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === "string" ? `: ${printable(shortened(message, 200))}` : "";
  } catch {
    return "";
  }
}
