/**
 * Drops deep values from JSON text before it is parsed.
 *
 * A parser allocates a value for every bracket: 30 MB of brackets become 3 GB. A string is one
 * value, however long, and is kept.
 *
 * @module
 */
import { isClosing, endOfString, isOpening } from "./brackets.ts";

/** Objects are kept down to this depth. */
const MAX_DEPTH = 2;

const [QUOTE, OPEN] = [0x22, 0x7b];

/**
 * JSON `text` with each list, and each object deeper than `MAX_DEPTH`, replaced by `null`. Empty
 * for a text that leaves one of these unclosed.
 */
export function shallowJson(text: string): string {
  const pieces: string[] = [];
  let [from, depth, droppedDepth] = [0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (isOpening(code)) {
      if (droppedDepth === 0 && code === OPEN && depth < MAX_DEPTH) depth++;
      else if (droppedDepth++ === 0) pieces.push(text.slice(from, at), "null");
    } else if (isClosing(code)) {
      if (droppedDepth === 0) depth--;
      else if (--droppedDepth === 0) from = at + 1;
    }
  }
  // An unclosed bracket is invalid JSON, and must not become valid here.
  return droppedDepth > 0 ? "" : `${pieces.join("")}${text.slice(from)}`;
}
