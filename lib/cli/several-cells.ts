/**
 * The error for a name that several cells have.
 *
 * @module
 */
import { OperatorError } from "../base/errors.ts";
import { printable, quoted, shortened } from "../base/printable.ts";

/** How many matches an error lists, and how much of each title. */
const [LISTED, TITLE_LENGTH] = [8, 40];

/** `titleOf` gives the title of an id, or an empty text. */
export function severalCells(
  text: string,
  ids: readonly string[],
  titleOf: (id: string) => string,
): OperatorError {
  const listed = ids.slice(0, LISTED).map((id) => {
    const title = printable(shortened(titleOf(id), TITLE_LENGTH));
    return title === "" ? id : `${id} (${title})`;
  });
  const more = ids.length > LISTED ? `, and ${ids.length - LISTED} more` : "";
  return new OperatorError(
    "usage",
    `Cannot tell which cell ${quoted(text)} means: ${ids.length} match it: ${listed.join(", ")}${more}`,
    "give more digits; the last ones differ most",
  );
}
