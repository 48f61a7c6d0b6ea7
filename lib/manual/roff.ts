/**
 * Text as roff with the macros of man(7).
 *
 * @module
 */

/** Longer lines of input are bad style: mandoc -Tlint reports them. */
const WIDTH = 64;

/** The first lines of a page; `date` is its date as `2026-01-31`. */
export const titleLines = (name: string, section: 1 | 5, date: string): string[] => [
  `.TH "${name.toUpperCase()}" ${section} "${date}" "lazarus-pit"`,
];

/** The heading of a section. */
export const sectionLine = (title: string): string => `.SH ${escaped(title.toUpperCase())}`;

/** A term and the text below it. */
export const termLines = (term: string, text: string): string[] => [
  ".TP",
  `\\fB${escaped(term)}\\fR`,
  ...(text === "" ? ["\\&"] : textLines(text)),
];

/** Text that is filled: broken at blanks, with `code` and **words** in bold, and links as their text. */
export function textLines(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return inline(lines.join("\n")).split("\n").map(protectedLine);
}

/** Text that is shown line by line, as it is. */
export const verbatimLines = (text: string): string[] => [
  ".nf",
  ...text
    .split("\n")
    .map((line) => protectedLine(escaped(line.trimEnd())))
    .map((line) => (line === "" ? "\\&" : line)),
  ".fi",
];

/** Bold for code and strong words, which may continue on the next line. */
const inline = (text: string): string =>
  escaped(text.replace(/\[([^\]]+)\]\([^)]*\)/g, "$1"))
    .replace(/`([^`]+)`/g, "\\fB$1\\fR")
    .replace(/\*\*([^*]+)\*\*/g, "\\fB$1\\fR");

const escaped = (text: string): string => text.replaceAll("\\", "\\e").replaceAll("-", "\\-");

/** A line that starts with a dot or a quote would be a request. */
const protectedLine = (line: string): string => (/^[.']/.test(line) ? `\\&${line}` : line);
