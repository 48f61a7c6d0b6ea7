/**
 * The only parser for untrusted JSON.
 *
 * A few KiB of brackets make a value so deep that code walking it overflows the stack, or
 * indents it to the square of its depth. So the depth is checked on the text, before parsing.
 *
 * @module
 */
import { endOfString, isClosing, isOpening, QUOTE } from "./brackets.ts";
import { whyNotJson } from "./not-json.ts";

/** The deepest nesting of objects and lists that is parsed; real files have about ten levels. */
export const DEPTH_LIMIT = 100;

/** The parsed value, or why there is none; `why` begins with "it". */
export type ParseResult =
  | { readonly outcome: "read"; readonly value: unknown }
  | { readonly outcome: "malformed"; readonly why: string };

/**
 * Parses `text` of at most `maxDepth` levels. Never repeats the parser's own message, which quotes
 * the untrusted text.
 */
export function parseUntrusted(text: string, maxDepth = DEPTH_LIMIT): ParseResult {
  if (isTooDeep(text, maxDepth))
    return { outcome: "malformed", why: `it is nested more than ${maxDepth} deep` };
  try {
    return { outcome: "read", value: JSON.parse(text) };
  } catch {
    return { outcome: "malformed", why: whyNotJson(text, isJson) };
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** True for JSON of more than `maxDepth` levels. Linear in the text, without allocation. */
export function isTooDeep(text: string, maxDepth = DEPTH_LIMIT): boolean {
  // Nearly every text has too few brackets, and needs no scan by character.
  if (text.length <= maxDepth || !hasMoreBrackets(text, maxDepth)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (isOpening(code)) depth += 1;
    else if (isClosing(code)) depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}

/** True for a text with more than `limit` opening brackets, counting those inside strings. */
function hasMoreBrackets(text: string, limit: number): boolean {
  let left = limit;
  for (const bracket of ["{", "["])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (left-- === 0) return true;
  return false;
}
