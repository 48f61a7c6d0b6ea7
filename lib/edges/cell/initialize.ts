/**
 * Bringing a list of cells to be there and complete: first all are looked at, then made.
 *
 * @module
 */
import { printable, printableJson, quoted } from "../../rules/printable.ts";
import { contractProblems } from "../../rules/problems.ts";
import { EXIT, OperatorError } from "../../schemas/errors.ts";
import type { CellFacts } from "../../schemas/facts.ts";
import type { Problem } from "../../schemas/report.ts";
import type { Root } from "../host/directory.ts";
import { makeCell, type Plan, seedTexts, settleCell } from "./init.ts";
import { observeCell } from "./observe.ts";
import { checkOwner } from "./owner.ts";
import { missingParts, repairCell } from "./repair.ts";
import { sweepStaging } from "./staging.ts";
import { printText, tell } from "../host/stdout.ts";

/** What became of one id. The `would-` forms are those of a dry run. */
export interface Outcome {
  readonly mission_id: string;
  readonly path: string;
  readonly outcome: "created" | "exists" | "repaired" | "would-create" | "would-repair";
  /** What a repair added, or would add, relative to the cell. */
  readonly added: readonly string[];
}

export interface Mode {
  readonly repair: boolean;
  readonly dryRun: boolean;
}

/**
 * Makes each cell that is not there, and with `repair` completes those that are.
 *
 * @throws {OperatorError} when any of them is there but incomplete (before any is made), or
 *   one cannot be made; then the ones before it are whole, and the call can be run again.
 */
export async function initCells(
  root: Root,
  ids: readonly string[],
  plan: Plan,
  mode: Mode,
): Promise<Outcome[]> {
  await checkOwner(plan.owner);
  const looks = ids.map((id) => observeCell(root, id));
  const broken = looks.filter(
    (facts) => isIncomplete(facts) && !(mode.repair && facts.self.outcome === "found"),
  );
  if (broken.length > 0) throw incomplete(root, broken);
  // Texts are made once here, so that what cannot be written is refused before any cell is made.
  for (const id of ids) seedTexts(id, plan);
  if (!mode.dryRun) sweepStaging(root, plan.now);
  const outcomes: Outcome[] = [];
  for (const facts of looks)
    outcomes.push(mode.dryRun ? foresee(root, facts) : await ensureCell(root, facts, plan));
  return outcomes;
}

/** Prints the ids on stdout and what was done on stderr, or all of it as JSON; gives the exit code. */
export function printOutcomes(root: Root, outcomes: readonly Outcome[], json: boolean): number {
  if (json)
    printText(`${printableJson({ schema_version: 1, root: root.path, cells: outcomes }, 2)}\n`);
  else {
    printText(outcomes.map(({ mission_id }) => `${mission_id}\n`).join(""));
    tell(outcomes.map((each) => `init-cell: ${printable(sentence(each))}\n`).join(""));
  }
  return EXIT.ok;
}

const sentence = ({ outcome, path, added }: Outcome): string =>
  ({
    created: `made ${quoted(path)}`,
    exists: `nothing to do: ${quoted(path)} is there and complete`,
    repaired: `repaired ${quoted(path)}: added ${added.join(", ")}`,
    "would-create": `would make ${quoted(path)}`,
    "would-repair": `would repair ${quoted(path)}: add ${added.join(", ")}`,
  })[outcome];

async function ensureCell(root: Root, facts: CellFacts, plan: Plan): Promise<Outcome> {
  if (facts.self.outcome !== "absent") return complete(root, facts, plan);
  if (await makeCell(root, facts.id, plan)) return outcomeOf(root, facts, "created");
  // Another process has made it since the first look.
  const theirs = observeCell(root, facts.id);
  if (isIncomplete(theirs)) throw incomplete(root, [theirs]);
  return thereAlready(root, theirs);
}

function complete(root: Root, facts: CellFacts, plan: Plan): Outcome {
  if (!isIncomplete(facts)) return thereAlready(root, facts);
  const added = repairCell(root, facts, seedTexts(facts.id, plan), plan.now);
  const after = observeCell(root, facts.id);
  if (isIncomplete(after)) throw incomplete(root, [after]);
  return outcomeOf(root, after, "repaired", added);
}

function thereAlready(root: Root, facts: CellFacts): Outcome {
  settleCell(root, facts);
  return outcomeOf(root, facts, "exists");
}

function foresee(root: Root, facts: CellFacts): Outcome {
  if (facts.self.outcome === "absent") return outcomeOf(root, facts, "would-create");
  if (!isIncomplete(facts)) return outcomeOf(root, facts, "exists");
  const { dirs, files } = missingParts(facts);
  return outcomeOf(root, facts, "would-repair", [...dirs, ...files.values()]);
}

const outcomeOf = (
  root: Root,
  { id }: CellFacts,
  outcome: Outcome["outcome"],
  added: readonly string[] = [],
): Outcome => ({
  mission_id: id,
  path: `${root.path}/${id}`,
  outcome,
  added,
});

/** True for a cell that is there but breaks the contract. */
const isIncomplete = (facts: CellFacts): boolean =>
  facts.self.outcome !== "absent" && contractProblems(facts).length > 0;

function incomplete(root: Root, broken: readonly CellFacts[]): OperatorError {
  const lists = broken.map((facts) => `${facts.id}: ${listed(contractProblems(facts))}`);
  const [first] = broken;
  const absentOnly = broken.every((facts) =>
    contractProblems(facts).every(({ code }) => code === "absent"),
  );
  const hint = absentOnly
    ? `add what is missing with: init-cell ${broken.map(({ id }) => id).join(" ")} --repair`
    : `look at it with: scan --explain ${first?.id}; only what is absent can be added with --repair`;
  return new OperatorError(
    "data_error",
    `Cannot call complete what is under ${quoted(root.path)}: ${lists.join("; ")}`,
    hint,
  );
}

const listed = (problems: readonly Problem[]): string =>
  problems.map(({ text }) => text).join(", ");
