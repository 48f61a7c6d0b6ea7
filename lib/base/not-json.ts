/**
 * Why a text is not JSON, in words that say what happened to the file. Never quotes the text.
 *
 * @module
 */
import { endOfString, isClosing, isOpening, QUOTE } from "./brackets.ts";

/** What a text that is not JSON is instead: the first that matches. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^\s*$/, "it is empty"],
  [/^\ufeff/, "it starts with a byte order mark"],
  [/^\0+$/, "it holds only zero bytes, as after a power failure"],
  [/^(?:[[{]\0|\0[[{])/, "it is UTF-16, not UTF-8"],
  [/^(?:<<<<<<<|>>>>>>>) /m, "it has the conflict markers of a merge"],
  [/^version https:\/\/git-lfs/, "it is a pointer of Git LFS, whose content was not fetched"],
];

/** The reason, which begins with "it"; `isJson` parses a part of the text. */
export function whyNotJson(text: string, isJson: (text: string) => boolean): string {
  const kind = KINDS.find(([pattern]) => pattern.test(text));
  if (kind !== undefined) return kind[1];
  const end = endOfValue(text);
  if (end === undefined)
    return /[\]}]\s*$/.test(text)
      ? "a bracket or a quote in it is never closed"
      : "it ends before its last bracket: it was cut off";
  if (end > 0 && isJson(text.slice(0, end))) return "it has more text after its end";
  return "it is not JSON";
}

/** Where the object or list at the start ends; undefined if it does not end, 0 if there is none. */
function endOfValue(text: string): number | undefined {
  let depth = 0;
  const start = text.search(/\S/);
  if (!isOpening(text.charCodeAt(start))) return 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (isOpening(code)) depth += 1;
    else if (isClosing(code)) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}
