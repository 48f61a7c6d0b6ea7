/**
 * Makes untrusted text safe to print.
 *
 * A title can contain terminal escape sequences, line breaks, or bidi controls that reorder it.
 * Each such character is printed as its code point instead. Joiners stay where the spelling of a
 * script or an emoji needs them; elsewhere they would only make two names look the same.
 *
 * @module
 */
import { indentedJson } from "./indented-json.ts";

// Scripts whose spelling needs the joiners U+200C and U+200D, such as Persian and Hindi.
const JOINING_SCRIPTS =
  "Arab Syrc Mand Mong Nkoo Adlm Rohg Phag Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr Mymr Tibt Thaa"
    .split(" ")
    .map((script) => `\\p{scx=${script}}`)
    .join("");

/** A joiner after a letter of such a script, or between the parts of an emoji. */
const JOINER = `[${JOINING_SCRIPTS}\\p{ExtPict}\\p{EMod}\\ufe0f][\\u200c\\u200d]`;

// Controls, DEL and C1; soft hyphen; bidi and zero-width characters; line separators; blank
// fillers; lone surrogates; language tags.
const UNPRINTABLE = `[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}\\u115f\\u1160\\u3164\\uffa0](?<!${JOINER})`;

/** Compiled when a text first needs it: that takes longer than many commands run. */
let unprintable: RegExp | undefined;
const unprintableCharacters = (): RegExp => (unprintable ??= new RegExp(UNPRINTABLE, "gu"));

/** Nearly every text has visible characters of ASCII only, and an indented one line feeds. */
const [VISIBLE_ASCII, VISIBLE_LINES] = [/^[ -~]*$/, /^[\n -~]*$/];

const escapeOf = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;

/** `text` with every character that is not plainly visible replaced by `\u{…}`. */
export const printable = (text: string): string =>
  VISIBLE_ASCII.test(text) ? text : text.replace(unprintableCharacters(), escapeOf);

/** The first character that `printable` would replace. */
export const firstUnprintable = (text: string): string | undefined =>
  text.match(unprintableCharacters())?.[0];

/** Like `printable`, but keeps line feeds. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** `text` in quotes for a message: printable, cut to 100 characters. */
export const quoted = (text: string): string => `"${printable(shortened(text, 100))}"`;

/** Like `quoted`, for a text that only looks like another: spaces that are not U+0020 are code points too. */
export const quotedExactly = (text: string): string =>
  quoted(text).replace(/(?! )\p{Zs}/gu, escapeOf);

/** `text` with the passwords of its URLs masked. */
export const withoutPasswords = (text: string): string =>
  text.replace(/(\w:\/\/[^:@/\s]*):[^@/\s]*@/g, "$1:***@");

/** A clause as a sentence. */
export const asSentence = (clause: string): string =>
  `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;

/** At most `limit` UTF-16 units of `text`, ending with `…` if it was cut. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/**
 * `value` as JSON with unprintable characters escaped as `\uXXXX`. Pass `indent` only if `value`
 * contains no untrusted objects or lists.
 */
export const printableJson = (value: unknown, indent?: number): string =>
  withEscapes(JSON.stringify(value, null, indent));

/** Each value as a line of JSON, as `printableJson` writes it. */
export const printableJsonLines = (values: readonly unknown[]): string =>
  withEscapes(values.map((value) => `${JSON.stringify(value)}\n`).join(""));

/** Like `printableJson`, with the outer `levels` levels indented: for untrusted values. */
export const printableIndented = (value: unknown, levels: number): string =>
  withEscapes(indentedJson(value, levels));

const withEscapes = (json: string): string =>
  VISIBLE_LINES.test(json) ? json : json.replace(unprintableCharacters(), jsonEscape);

function jsonEscape(character: string): string {
  // JSON text contains them only as indentation.
  if (character === "\n") return character;
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
