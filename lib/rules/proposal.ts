/**
 * A mission proposal as the form of an issue tracker asks for it.
 *
 * @module
 */
import * as v from "valibot";
import { Proposal, RISKS } from "../schemas/proposal.ts";
import { parseDuration } from "./duration.ts";
import { type Answers, type Field, type FormProblem, readForm, renderForm } from "./form.ts";
import { printable } from "./printable.ts";
import { refuseRef, refuseStrangersRepository } from "./repository.ts";

const CHECKS = [
  "There is no secret in it.",
  "The agent may read and change everything in the repository that it can reach.",
  "I will not change this text once it is accepted.",
];

/** A longer body is no proposal: all its texts together are far shorter, also with CRLF. */
const LONGEST = 65_536;

/** The form's fields in its order, each with what it is called in a proposal. */
export const FIELDS = [
  { name: "title", label: "Title", kind: "fenced" },
  { name: "objective", label: "Objective", kind: "fenced" },
  { name: "acceptance_criteria", label: "Acceptance criteria", kind: "fenced" },
  { name: "owner", label: "Owner", kind: "fenced" },
  { name: "repository", label: "Repository", kind: "line" },
  { name: "ref", label: "Ref", kind: "line" },
  { name: "constraints", label: "Constraints", kind: "fenced" },
  { name: "risk", label: "Risk", kind: "choice", options: RISKS },
  { name: "heartbeat_interval_seconds", label: "Expected heartbeat interval", kind: "line" },
  { name: "labels", label: "Labels", kind: "fenced" },
  { name: "mission_id", label: "Mission id", kind: "line" },
  { name: "checklist", label: "Checklist", kind: "checks", options: CHECKS },
] as const satisfies readonly (Field & { name: keyof Proposal | "checklist" })[];
type Name = (typeof FIELDS)[number]["name"];

const LABEL_OF = Object.fromEntries(FIELDS.map(({ name, label }) => [name, label])) as Record<
  Name,
  string
>;

/** What a body proposes, or everything that is wrong with it. */
export type ProposalReading =
  | { readonly proposal: Proposal; readonly problems?: never }
  | { readonly problems: readonly FormProblem[]; readonly proposal?: never };

/** The issue's body that Gitea makes of a form that proposes this, with every box checked. */
export const renderProposal = (proposal: Proposal): string =>
  renderForm(FIELDS, answersOf(proposal));

/** Reads an issue's body. Each field says at most one thing that is wrong with it. */
export function readProposal(body: string): ProposalReading {
  // Whoever files an issue says how long it is; reading it takes many times that of memory.
  if (body.length > LONGEST)
    return { problems: [{ field: "Body", text: "it is longer than 65,536 characters" }] };
  const { answers, problem } = readForm(body, FIELDS);
  const structure = problem === undefined ? [] : [problem];
  const hidden = FIELDS.flatMap(({ label }) => hiddenIn(label, answers.get(label)));
  const parsed = v.safeParse(Proposal, valueOf(answers), { abortPipeEarly: true });
  const wrong = (parsed.issues ?? []).map((issue) => problemOf(issue, answers));
  // After a field that is not in its place, the ones that follow were never read.
  const read = FIELDS.filter(({ label }) => answers.has(label) || label === problem?.field);
  const all = [...structure, ...hidden, ...wrong, ...beyondSchema(answers)];
  const said = read.flatMap(({ label }) => all.find(({ field }) => field === label) ?? []);
  return parsed.success && said.length === 0 ? { proposal: parsed.output } : { problems: said };
}

function answersOf(proposal: Proposal): Answers {
  const { labels, heartbeat_interval_seconds: interval } = proposal;
  const written: Partial<Record<Name, string | readonly string[] | undefined>> = {
    ...proposal,
    labels: Object.entries(labels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
    heartbeat_interval_seconds: interval === undefined ? undefined : `${interval}s`,
    checklist: CHECKS,
  };
  return new Map(FIELDS.map(({ name, label }) => [label, written[name]]));
}

/** The answers as values of the schema; what is not one of its kind is left as text, for it to refuse. */
function valueOf(answers: Answers): unknown {
  const text = (name: Name) => answers.get(LABEL_OF[name]) as string | undefined;
  const labels = text("labels");
  const interval = text("heartbeat_interval_seconds");
  const values = {
    ...Object.fromEntries(FIELDS.map(({ name }) => [name, text(name)])),
    checklist: undefined,
    labels: labels === undefined ? undefined : Object.fromEntries(pairsOf(labels)),
    heartbeat_interval_seconds:
      interval === undefined ? undefined : (parseDuration(interval) ?? Number.NaN),
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

const pairsOf = (text: string): [string, string][] =>
  text.split("\n").map((line) => {
    const [name = "", ...value] = line.split("=");
    return [name, value.join("=")];
  });

/** What the eye would not see, or not where it is. */
function hiddenIn(field: string, answer: string | readonly string[] | undefined): FormProblem[] {
  const text = typeof answer === "string" ? answer.replace(/[\n\t]/g, " ") : "";
  const found = Array.from(text).find((character) => printable(character) !== character);
  if (found === undefined) return [];
  const code = found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  return [{ field, text: `it holds a character that cannot be seen, U+${code}` }];
}

/** What needs more than one look: which repositories may be cloned, what names the other. */
function beyondSchema(answers: Answers): FormProblem[] {
  const text = (name: Name) => answers.get(LABEL_OF[name]) as string | undefined;
  const [repository, ref, labels] = [text("repository"), text("ref"), text("labels")];
  const id = text("mission_id") ?? "";
  const checked = answers.get(LABEL_OF.checklist) ?? [];
  const names = labels === undefined ? [] : pairsOf(labels).map(([name]) => name);
  const refusals: [Name, string | undefined][] = [
    ["repository", repository === undefined ? undefined : refuseStrangersRepository(repository)],
    ["ref", ref === undefined ? undefined : refuseRef(ref)],
    ["ref", ref !== undefined && repository === undefined ? "there is no repository" : undefined],
    ["mission_id", isDerived(id) ? "it is of version 5: such ids are kept for issues" : undefined],
    ["labels", new Set(names).size < names.length ? "a name is there twice" : undefined],
    ["checklist", checked.length < CHECKS.length ? "not every box is checked" : undefined],
  ];
  return refusals.flatMap(([name, why]) =>
    why === undefined ? [] : [{ field: LABEL_OF[name], text: why }],
  );
}

/** True for the kind of id that follows from an issue: one could be proposed to be there first. */
const isDerived = (id: string): boolean => id[14] === "5";

function problemOf(issue: v.BaseIssue<unknown>, answers: Answers): FormProblem {
  const name = v.getDotPath(issue)?.split(".")[0] as Name;
  const field = LABEL_OF[name];
  return { field, text: answers.get(field) === undefined ? "it has no answer" : issue.message };
}
