/**
 * Rendering a filled-in form as Gitea does for an issue's body, and parsing such a body.
 *
 *     ### <label>
 *     <empty line>
 *     <answer, or _No response_>
 *     <empty line>
 *
 * A body is parsed strictly, in the form's order, and only accepted if rendering it gives the same
 * text again: then the answers are what a person sees, and no text can pose as another field.
 *
 * Boxes may be checked by hand, as `[X]`.
 *
 * @module
 */
import { quotedExactly } from "../../base/printable.ts";
import { describeAnswerFlaw, startsWithFence } from "./answer-flaws.ts";
import type { Field } from "./field.ts";

/** Answers by label: a text, undefined for no response, or the checked options. */
export type Answers = ReadonlyMap<string, string | readonly string[] | undefined>;

/** Something wrong with one field, named by its label. */
export interface FormProblem {
  readonly field: string;
  readonly text: string;
}

const NO_RESPONSE = "_No response_";

/** The body, as Gitea renders a form. */
export const renderForm = (fields: readonly Field[], answers: Answers): string =>
  fields
    .map((field) => `${headingOf(field)}${renderAnswer(field, answers.get(field.label))}\n`)
    .join("");

/**
 * The answers in an issue's body, up to the first field that is not in its place. The problem
 * is that field, or text after the last one.
 */
export function readForm(
  body: string,
  fields: readonly Field[],
): { readonly answers: Answers; readonly problem: FormProblem | undefined } {
  const answers = new Map<string, string | readonly string[] | undefined>();
  // A text that was pasted from a file may begin with a byte order mark, which nobody sees.
  const text = `${body
    .replace(/^\ufeff/, "")
    .replaceAll("\r\n", "\n")
    .trimEnd()}\n\n`;
  let rest = text;
  for (const [at, field] of fields.entries()) {
    const heading = headingOf(field);
    if (!rest.startsWith(heading) && field.isNew) continue;
    if (!rest.startsWith(heading)) return { answers, problem: misplaced(field, text, rest) };
    rest = rest.slice(heading.length);
    const parsed = parseAnswer(field, rest);
    if (parsed === undefined) {
      const why = describeAnswerFlaw(field, rest, fields.slice(at + 1));
      return { answers, problem: { field: field.label, text: why } };
    }
    answers.set(field.label, parsed.answer);
    rest = rest.slice(parsed.length);
  }
  const last = fields.at(-1);
  const isAtEnd = rest === "" || last === undefined;
  return {
    answers,
    problem: isAtEnd
      ? undefined
      : { field: last.label, text: `there is more text after it: ${firstLineAt(text, rest)}` },
  };
}

const headingOf = ({ label }: Field): string => `### ${label}\n\n`;

/** `rest` is what is left of the whole `text` where the heading should be. */
function misplaced({ label }: Field, text: string, rest: string): FormProblem {
  const why = "its heading is not as the form renders it";
  if (rest.trim() === "") return { field: label, text: `${why}: the issue ends before it` };
  const line = firstLineAt(text, rest);
  return rest.startsWith(`### ${label}\n`)
    ? { field: label, text: `${why}: no empty line follows: ${line}` }
    : { field: label, text: `${why}: ${line}` };
}

/** The first line that is not empty in `rest`, which is the end of `text`, with its number. */
function firstLineAt(text: string, rest: string): string {
  const start = text.length - rest.trimStart().length;
  const number = text.slice(0, start).split("\n").length;
  return `line ${number} of the issue is ${quotedExactly(firstLine(rest.trimStart()))}`;
}

function renderAnswer(
  { kind, options = [] }: Field,
  answer: string | readonly string[] | undefined,
  fence?: string,
): string {
  if (kind === "checks")
    return options
      .map((option) => `- [${answer?.includes(option) ? "x" : " "}] ${option}\n`)
      .join("");
  if (typeof answer !== "string" || answer === "") return `${NO_RESPONSE}\n`;
  if (kind !== "fenced") return `${answer}\n`;
  const delimiter = fence ?? fenceFor(answer);
  return `${delimiter}text\n${answer}\n${delimiter}\n`;
}

/**
 * A fence longer than any in the text that could end it. Gitea counts only those without
 * indentation; where that makes a difference, it renders a body that is refused here.
 */
const fenceFor = (text: string): string =>
  "`".repeat(
    Math.max(3, ...(text.match(/^ {0,3}`{3,}/gm) ?? []).map((run) => run.trim().length + 1)),
  );

/** The answer at the start of `rest`, and its length including the empty line after it. */
function parseAnswer(
  field: Field,
  rest: string,
): { answer: string | readonly string[] | undefined; length: number } | undefined {
  const fence = field.kind === "fenced" ? /^(`{3,})text\n/.exec(rest)?.[1] : undefined;
  const answer =
    field.kind === "checks"
      ? parseChecks(field, rest)
      : fence
        ? parseFenced(rest, fence)
        : firstLine(rest);
  const isBlank = answer === NO_RESPONSE && fence === undefined;
  if (field.kind === "fenced" && fence === undefined && !isBlank) return undefined;
  const value = isBlank ? undefined : answer;
  const expected = `${renderAnswer(field, value, fence)}\n`;
  const found = rest.slice(0, expected.length);
  const isAsRendered = (field.kind === "checks" ? lowerCaseBoxes(found) : found) === expected;
  return isAsRendered ? { answer: value, length: expected.length } : undefined;
}

const firstLine = (rest: string): string => rest.slice(0, rest.indexOf("\n"));

const parseChecks = ({ options = [] }: Field, rest: string): string[] =>
  options.filter((_, at) => /^- \[[xX]\] /.test(rest.split("\n", at + 1)[at] ?? ""));

/** Markdown takes both `[x]` and `[X]` as a checked box. */
const lowerCaseBoxes = (text: string): string => text.replace(/^- \[X\] /gm, "- [x] ");

/** The text in a fence; empty, and so refused, if a line of it would close the fence earlier. */
function parseFenced(rest: string, fence: string): string {
  const start = fence.length + "text\n".length;
  const end = rest.indexOf(`\n${fence}\n`, start);
  const text = end < 0 ? "" : rest.slice(start, end);
  return text.split(/[\n\r]/).some((line) => startsWithFence(line, fence)) ? "" : text;
}
