/**
 * Why the text under a heading is not an answer of the form, with the line at fault.
 *
 * @module
 */
import { quoted, quotedExactly } from "../../base/printable.ts";
import type { Field } from "./field.ts";

/** What is wrong with the answer of `field` at the start of `rest`; `following` are later fields. */
export function describeAnswerFlaw(
  field: Field,
  rest: string,
  following: readonly Field[],
): string {
  const lines = sectionOf(rest, following).split("\n");
  const returnAt = lines.findIndex((line) => line.includes("\r"));
  if (returnAt >= 0) return `line ${returnAt + 1} has a carriage return in it`;
  if (field.kind === "fenced") return describeFenceFlaw(lines);
  if (field.kind === "checks") return describeBoxFlaw(field, lines);
  return lines.length > 1
    ? `there is more than one line: line 2 is ${quoted(lines[1] ?? "")}`
    : "there is no empty line after its first line";
}

/** The text up to the next heading of the form. */
function sectionOf(rest: string, following: readonly Field[]): string {
  const ends = following
    .map(({ label }) => rest.indexOf(`\n### ${label}\n`))
    .filter((end) => end >= 0);
  return rest.slice(0, Math.min(rest.length, ...ends)).trimEnd();
}

const lineAt = (lines: readonly string[], at: number): string =>
  `line ${at + 1}, ${quotedExactly(lines[at] ?? "")},`;

function describeFenceFlaw(lines: readonly string[]): string {
  const [, fence] = /^(`{3,})text$/.exec(lines[0] ?? "") ?? [];
  if (fence === undefined)
    return `${lineAt(lines, 0)} is not the \`\`\`text above the answer, which the form writes`;
  const at = lines.findIndex((line, index) => index > 0 && startsWithFence(line, fence));
  const line = lines[at];
  if (line === undefined) return `no line with ${fence} ends its code block`;
  if (at === lines.length - 1 && line === fence) return "its code block is empty";
  // The line above the answer is the form's, so the author counts without it.
  const where = `line ${at} of the answer, ${quotedExactly(line)},`;
  if (line.startsWith(" "))
    return `${where} is an indented code fence, which cuts the answer off: start it at the beginning of the line, or use ~~~`;
  return line === fence
    ? `${where} ends the answer, but more text follows: if that is part of it, use a longer fence around it`
    : `${where} is a code fence within the answer: use a longer one around the whole answer`;
}

/** True if Markdown takes the line as the end of a code block that began with `fence`, or nearly. */
export const startsWithFence = (line: string, fence: string): boolean =>
  /^ {0,3}(.*)/.exec(line)?.[1]?.startsWith(fence) ?? false;

function describeBoxFlaw({ options = [] }: Field, lines: readonly string[]): string {
  const at = options.findIndex((option, index) => !isBox(lines[index] ?? "", option));
  const option = options[at];
  if (option === undefined) return `${lineAt(lines, options.length)} is not a box of the form`;
  return `${lineAt(lines, at)} is not the box ${quoted(`- [x] ${option}`)}`;
}

const isBox = (line: string, option: string): boolean =>
  /^- \[[ xX]\] /.test(line) && line.slice("- [x] ".length) === option;
