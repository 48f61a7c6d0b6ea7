/**
 * Finds git's own account of its progress in what it writes to stderr.
 *
 * @module
 */

/** Not `remote: …`, which a server writes. */
const PROGRESS = /^(?:Receiving objects|Resolving deltas|Updating files): +\d+%[ -~]*$/;

const isProgressLine = (line: string): boolean => PROGRESS.test(line);

/** The last complete line of progress in `text`, where lines end with a carriage return as well. */
export const lastProgress = (text: string): string | undefined =>
  text
    .split(/[\r\n]/)
    .slice(0, -1)
    .findLast(isProgressLine);

/** `text` without its progress, for an error message. */
export const withoutProgress = (text: string): string =>
  text
    .split("\n")
    .map((line) =>
      line
        .split("\r")
        .filter((part) => !isProgressLine(part))
        .join(""),
    )
    .join("\n");
