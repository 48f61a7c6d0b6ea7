/**
 * A mission proposal in the form of an issue tracker: rendering and reading it.
 *
 * @module
 */
import * as v from "valibot";
import { Proposal, RISKS } from "./proposal-schema.ts";
import { parseDuration } from "../../base/duration.ts";
import type { Field } from "./field.ts";
import { type Answers, type FormProblem, readForm, renderForm } from "./form.ts";
import { firstUnprintable, quoted } from "../../base/printable.ts";
import { labelFlawOf, pairsOf } from "./label-lines.ts";
import { refuseRef, refuseUntrustedRepository } from "../../git/rules/repository.ts";

const CHECKS = [
  "There is no secret in it.",
  "The agent may read and change everything in the repository that it can reach.",
  "I will not change this text once it is accepted.",
];

/** Characters of a body. The limits of all fields add up to far less, even with CRLF. */
const MAX_BODY_LENGTH = 65_536;

/** The form's fields in order, each with its name in a proposal. */
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
  { name: "previous", label: "Previous mission", kind: "line", isNew: true },
  { name: "checklist", label: "Checklist", kind: "checks", options: CHECKS },
] as const satisfies readonly (Field & { name: keyof Proposal | "checklist" })[];
type Name = (typeof FIELDS)[number]["name"];

const LABEL_OF = Object.fromEntries(FIELDS.map(({ name, label }) => [name, label])) as Record<
  Name,
  string
>;

/** A body's proposal, or all problems with it. */
export type ProposalReading =
  | { readonly proposal: Proposal; readonly problems?: never }
  | { readonly problems: readonly FormProblem[]; readonly proposal?: never };

/** The issue's body that Gitea renders for this proposal, with every box checked. */
export const renderProposal = (proposal: Proposal): string =>
  renderForm(FIELDS, answersOf(proposal));

/** Reads an issue's body. Each field has at most one problem. */
export function readProposal(body: string): ProposalReading {
  // Anyone can file an issue of any length, and parsing takes a multiple of its size in memory.
  if (body.length > MAX_BODY_LENGTH)
    return { problems: [{ field: "Body", text: "it is longer than 65,536 characters" }] };
  const { answers, problem } = readForm(body, FIELDS);
  const misplaced = problem === undefined ? [] : [problem];
  const hidden = FIELDS.flatMap(({ label }) => invisibleIn(label, answers.get(label)));
  const parsed = v.safeParse(Proposal, valueOf(answers), { abortPipeEarly: true });
  const invalid = (parsed.issues ?? []).map((issue) => problemOf(issue, answers));
  // Fields after one that is not in its place were never read, so their problems do not count.
  const read = FIELDS.filter(({ label }) => answers.has(label) || label === problem?.field);
  const all = [...misplaced, ...hidden, ...problemsBeyondSchema(answers), ...invalid];
  const problems = read.flatMap(({ label }) => all.find(({ field }) => field === label) ?? []);
  return parsed.success && problems.length === 0 ? { proposal: parsed.output } : { problems };
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

/** The answers as values for the schema. A malformed one stays invalid, so that the schema refuses it. */
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

/** Characters that are invisible, or displayed elsewhere. */
function invisibleIn(field: string, answer: string | readonly string[] | undefined): FormProblem[] {
  const lines = typeof answer === "string" ? answer.replaceAll("\t", " ").split("\n") : [];
  const found = lines.map(firstUnprintable);
  const at = found.findIndex((character) => character !== undefined);
  if (at < 0) return [];
  const code = found[at]?.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  const where = lines.length > 1 ? `line ${at + 1}` : "it";
  return [{ field, text: `${where} has an invisible character, U+${code}` }];
}

/** Problems that the schema cannot express: forbidden repositories, and fields that need another. */
function problemsBeyondSchema(answers: Answers): FormProblem[] {
  const text = (name: Name) => answers.get(LABEL_OF[name]) as string | undefined;
  const [repository, ref, labels] = [text("repository"), text("ref"), text("labels")];
  const id = text("mission_id") ?? "";
  const checked = answers.get(LABEL_OF.checklist) ?? [];
  const open = CHECKS.find((check) => !checked.includes(check));
  const refusals: [Name, string | undefined][] = [
    ["repository", repository === undefined ? undefined : refuseUntrustedRepository(repository)],
    ["ref", ref === undefined ? undefined : refuseRef(ref)],
    ["ref", ref !== undefined && repository === undefined ? "there is no repository" : undefined],
    [
      "mission_id",
      isDerived(id) ? "it has version 5, which is reserved for ids derived from issues" : undefined,
    ],
    ["labels", labels === undefined ? undefined : labelFlawOf(labels)],
    ["checklist", open === undefined ? undefined : `the box ${quoted(open)} is not checked`],
  ];
  return refusals.flatMap(([name, why]) =>
    why === undefined ? [] : [{ field: LABEL_OF[name], text: why }],
  );
}

/** True for an id of version 5: with it, a proposal could take the id derived from another issue. */
const isDerived = (id: string): boolean => id[14] === "5";

function problemOf(issue: v.BaseIssue<unknown>, answers: Answers): FormProblem {
  const name = v.getDotPath(issue)?.split(".")[0] as Name;
  const field = LABEL_OF[name];
  return { field, text: answers.get(field) === undefined ? "it has no answer" : issue.message };
}
