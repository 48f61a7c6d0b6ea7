/**
 * JSON text, made shallow before it is parsed.
 *
 * A parser makes a value of every bracket: 30 MB of them become 3 GB. So what lies deep is
 * left out of a long text; a string, however long, is but one value.
 *
 * @module
 */

/** How deep an object may lie to be kept: in one other. */
const KEPT = 2;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const [OPEN, CLOSE] = [0x7b, 0x7d];

/** JSON `text` with `null` for each list, and for each object that lies deeper than in one other. */
export function outline(text: string): string {
  const pieces: string[] = [];
  let [from, kept, left] = [0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const mark = text.charCodeAt(at);
    if (mark === QUOTE) at = endOfString(text, at);
    else if (mark === OPEN || mark === OPEN_LIST) {
      if (left === 0 && mark === OPEN && kept < KEPT) kept++;
      else if (left++ === 0) pieces.push(text.slice(from, at), "null");
    } else if (mark === CLOSE || mark === CLOSE_LIST) {
      if (left === 0) kept--;
      else if (--left === 0) from = at + 1;
    }
  }
  // What was never closed is no JSON, and must not become some.
  return left > 0 ? "" : `${pieces.join("")}${text.slice(from)}`;
}

/** Where the string ends that begins at `start`. */
function endOfString(text: string, start: number): number {
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
