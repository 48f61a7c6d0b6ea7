/**
 * Reading the list of `--status`.
 *
 * @module
 */
import { withGuess } from "../cli/did-you-mean.ts";
import { cannotUse } from "../cli/usage-error.ts";
import { quoted } from "../base/printable.ts";
import { STATUS_WORDS, type StatusWord } from "../verdict/display-status.ts";

/**
 * The statuses that `words` name.
 *
 * @throws {OperatorError} of kind `usage` when one of them is unknown.
 */
export const readStatuses = (words: readonly string[]): StatusWord[] => words.map(readStatus);

function readStatus(word: string): StatusWord {
  const status = STATUS_WORDS.find((each) => each === word);
  if (status !== undefined) return status;
  const all = `the statuses are: ${STATUS_WORDS.join(", ")}`;
  throw cannotUse(`${quoted(word)} for --status`, withGuess(all, word, STATUS_WORDS));
}
