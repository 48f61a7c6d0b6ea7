/**
 * Text from a cell, made safe to print.
 *
 * A title can hold terminal commands (ESC), a second line, or marks that show it backwards
 * (bidi). Each such character is shown by its number instead.
 *
 * @module
 */

// Controls, DEL and C1; soft hyphen; bidi and zero-width marks; line separators; variation
// selectors' neighbours that draw nothing; lone surrogates; language tags.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

/** JSON text has line ends of its own only where it is indented. */
const UNPRINTABLE_BUT_LINE_END = new RegExp(`(?!\n)${UNPRINTABLE.source}`, "gu");

const escapeOf = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;

/** `text` with every character that is not plainly visible replaced by `\u{…}`. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, escapeOf);

/** The same, but for the line ends: each line of `text` is one when it is printed. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** `text` in quotes for a message, printable and at most 100 characters of it. */
export const quoted = (text: string): string => `"${printable(shortened(text, 100))}"`;

/** A text without the passwords of the URLs in it. */
export const withoutPasswords = (text: string): string =>
  text.replace(/(\w:\/\/[^:@/\s]*):[^@/\s]*@/g, "$1:***@");

/** At most `limit` UTF-16 units of `text`, with `…` where some were left off. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** `value` as JSON whose text holds no unprintable character either: they become `\uXXXX`. */
export function printableJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return text.replace(UNPRINTABLE_BUT_LINE_END, jsonEscape);
}

function jsonEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
