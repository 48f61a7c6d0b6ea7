/**
 * The issue that Gitea makes of a filled-in form, and the way back.
 *
 *     ### <label>
 *     <empty line>
 *     <answer, or _No response_>
 *     <empty line>
 *
 * Read strictly, in the form's order, and only what would be rendered like that again: what
 * is read is then what a person sees, and no text can pose as another field.
 *
 * @module
 */

/** A field that answers end up under. A fenced one is a textarea with `render: text`. */
export interface Field {
  readonly label: string;
  readonly kind: "fenced" | "line" | "choice" | "checks";
  /** The checkboxes, or what there is to choose. */
  readonly options?: readonly string[];
}

/** By label: a text; undefined for no response; for checkboxes the options that are set. */
export type Answers = ReadonlyMap<string, string | readonly string[] | undefined>;

/** Something wrong with one field, named by its label. */
export interface FormProblem {
  readonly field: string;
  readonly text: string;
}

const BLANK = "_No response_";

/** The body, as Gitea renders a form. */
export const renderForm = (fields: readonly Field[], answers: Answers): string =>
  fields
    .map((field) => `${headOf(field)}${renderAnswer(field, answers.get(field.label))}\n`)
    .join("");

/**
 * The answers in an issue's body, up to the first field that is not where the form puts it;
 * with that, or whatever follows the last one, as the problem.
 */
export function readForm(
  body: string,
  fields: readonly Field[],
): { readonly answers: Answers; readonly problem: FormProblem | undefined } {
  const answers = new Map<string, string | readonly string[] | undefined>();
  let rest = `${body.replaceAll("\r\n", "\n").trimEnd()}\n\n`;
  for (const field of fields) {
    const head = headOf(field);
    if (!rest.startsWith(head)) return { answers, problem: lost(field, "its heading") };
    rest = rest.slice(head.length);
    const taken = takeAnswer(field, rest);
    if (taken === undefined) return { answers, problem: lost(field, "its answer") };
    answers.set(field.label, taken.answer);
    rest = rest.slice(taken.length);
  }
  const last = fields.at(-1);
  const isOver = rest === "" || last === undefined;
  return { answers, problem: isOver ? undefined : { field: last.label, text: "more follows it" } };
}

const headOf = ({ label }: Field): string => `### ${label}\n\n`;

const lost = ({ label }: Field, what: string): FormProblem => ({
  field: label,
  text: `${what} is not as the form writes it`,
});

function renderAnswer(
  { kind, options = [] }: Field,
  answer: string | readonly string[] | undefined,
  fence?: string,
): string {
  if (kind === "checks")
    return options
      .map((option) => `- [${answer?.includes(option) ? "x" : " "}] ${option}\n`)
      .join("");
  if (typeof answer !== "string" || answer === "") return `${BLANK}\n`;
  if (kind !== "fenced") return `${answer}\n`;
  const marks = fence ?? fenceFor(answer);
  return `${marks}text\n${answer}\n${marks}\n`;
}

/** The fence that Gitea puts around a text: longer than any at the start of one of its lines. */
const fenceFor = (text: string): string =>
  "`".repeat(Math.max(3, ...(text.match(/^`{3,}/gm) ?? []).map(({ length }) => length + 1)));

/** The answer at the start of `rest`, and how long it is with the empty line after it. */
function takeAnswer(
  field: Field,
  rest: string,
): { answer: string | readonly string[] | undefined; length: number } | undefined {
  const fence = field.kind === "fenced" ? /^(`{3,})text\n/.exec(rest)?.[1] : undefined;
  const answer =
    field.kind === "checks"
      ? takeChecks(field, rest)
      : fence
        ? takeFenced(rest, fence)
        : takeLine(rest);
  const isBlank = answer === BLANK && fence === undefined;
  if (field.kind === "fenced" && fence === undefined && !isBlank) return undefined;
  const given = isBlank ? undefined : answer;
  const expected = `${renderAnswer(field, given, fence)}\n`;
  return rest.startsWith(expected) ? { answer: given, length: expected.length } : undefined;
}

const takeLine = (rest: string): string => rest.slice(0, rest.indexOf("\n"));

const takeChecks = ({ options = [] }: Field, rest: string): string[] =>
  options.filter((_, at) => rest.split("\n", at + 1)[at]?.startsWith("- [x] "));

/** What a fence holds; empty, which no fence does, where anything in it would end it earlier. */
function takeFenced(rest: string, fence: string): string {
  const start = fence.length + "text\n".length;
  const end = rest.indexOf(`\n${fence}\n`, start);
  const text = end < 0 ? "" : rest.slice(start, end);
  const endsEarly = text
    .split(/[\n\r]/)
    .some((line) => /^ {0,3}(.*)/.exec(line)?.[1]?.startsWith(fence));
  return endsEarly ? "" : text;
}
