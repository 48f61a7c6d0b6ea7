/**
 * Brackets and strings in the text of JSON.
 *
 * @module
 */

export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const [OPEN, CLOSE] = [0x7b, 0x7d];

/** True for the code of `{` or `[`. */
export const isOpening = (code: number): boolean => code === OPEN || code === OPEN_LIST;

/** True for the code of `}` or `]`. */
export const isClosing = (code: number): boolean => code === CLOSE || code === CLOSE_LIST;

/** The index of the closing quote of the string that opens at `start`; the length if unclosed. */
export function endOfString(text: string, start: number): number {
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
  } while (isEscaped(text, end));
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 1;
}
