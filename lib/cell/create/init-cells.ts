/**
 * Ensuring that a list of cells exist and are complete: all are checked before any is created.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import { quoted } from "../../base/printable.ts";
import { contractProblems } from "../../verdict/problems.ts";
import { OperatorError } from "../../base/errors.ts";
import type { CellFacts } from "../../contract/facts.ts";
import type { Problem } from "../../contract/report.ts";
import type { Root } from "../../host/files/directory.ts";
import { createCell, type CellPlan, seedTexts, syncCell } from "./create-cell.ts";
import { commandUnder, explainHint } from "../cell-command.ts";
import { observeCell } from "../observe.ts";
import { checkOwner } from "./owner.ts";
import { repairWarnings, unusedDetails } from "./not-restored.ts";
import { checkOrigin, originOf } from "./origin.ts";
import { missingParts, repairCell } from "./repair.ts";
import { sweepStaging } from "./staging.ts";

/** What was done about one id. The `would-` outcomes are those of a dry run. */
export interface InitOutcome {
  readonly mission_id: string;
  readonly path: string;
  readonly outcome: "created" | "exists" | "repaired" | "would-create" | "would-repair";
  /** Paths that a repair added, or would add, relative to the cell. */
  readonly added: readonly string[];
  /** What the call asked for and did not get, or what a repair did not restore; clauses. */
  readonly warnings: readonly string[];
}

export interface InitOptions {
  readonly repair: boolean;
  readonly dryRun: boolean;
  /** Refuse an existing cell that was not created from the plan's repository. */
  readonly checksOrigin?: boolean;
}

/**
 * Creates each cell that does not exist; with `repair`, completes those that do.
 *
 * @throws {OperatorError} when an existing cell is incomplete (before any is created), or one
 *   cannot be created; then those before it are complete, and the call can be repeated.
 */
export async function initCells(
  root: Root,
  ids: readonly string[],
  plan: CellPlan,
  options: InitOptions,
): Promise<InitOutcome[]> {
  await checkOwner(plan.owner);
  const cells = ids.map((id) => observeCell(root, id));
  const broken = cells.filter(
    (facts) => isIncomplete(facts) && !(options.repair && facts.self.outcome === "found"),
  );
  if (broken.length > 0) throw incompleteError(root, broken);
  if (options.checksOrigin) for (const facts of cells) checkOrigin(root, facts, plan.repository);
  // Throws for contents that cannot be written, before any cell is created.
  for (const id of ids) seedTexts(id, plan);
  if (!options.dryRun) sweepStaging(root, plan.now);
  const outcomes: InitOutcome[] = [];
  for (const facts of cells)
    outcomes.push(
      options.dryRun ? preview(root, facts, plan) : await ensureCell(root, facts, plan, options),
    );
  return outcomes;
}

async function ensureCell(
  root: Root,
  facts: CellFacts,
  plan: CellPlan,
  { checksOrigin }: InitOptions,
): Promise<InitOutcome> {
  if (facts.self.outcome !== "absent") return ensureComplete(root, facts, plan);
  if (await createCell(root, facts.id, plan)) return outcomeOf(root, facts, "created");
  // Another process has created it since it was observed.
  const current = observeCell(root, facts.id);
  if (isIncomplete(current)) throw incompleteError(root, [current]);
  if (checksOrigin) checkOrigin(root, current, plan.repository);
  return alreadyExists(root, current, plan);
}

function ensureComplete(root: Root, facts: CellFacts, plan: CellPlan): InitOutcome {
  if (!isIncomplete(facts)) return alreadyExists(root, facts, plan);
  const origin = originOf(root, facts);
  const warnings = repairWarnings(facts, origin);
  // A new cell.json names the repository from the log, so that scans keep reporting the lost clone.
  const details = { ...plan.details, ...defined({ cloned_from: origin }) };
  const texts = seedTexts(facts.id, { details, now: plan.now });
  const added = repairCell(root, facts, { texts, warnings, now: plan.now });
  const repaired = observeCell(root, facts.id);
  if (isIncomplete(repaired)) throw incompleteError(root, [repaired]);
  return { ...outcomeOf(root, repaired, "repaired"), added, warnings };
}

function alreadyExists(root: Root, facts: CellFacts, { details }: CellPlan): InitOutcome {
  syncCell(root, facts);
  return { ...outcomeOf(root, facts, "exists"), warnings: unusedDetails(facts, details) };
}

function preview(root: Root, facts: CellFacts, { details }: CellPlan): InitOutcome {
  if (facts.self.outcome === "absent") return outcomeOf(root, facts, "would-create");
  if (!isIncomplete(facts))
    return { ...outcomeOf(root, facts, "exists"), warnings: unusedDetails(facts, details) };
  const { dirs, files } = missingParts(facts);
  const warnings = repairWarnings(facts, originOf(root, facts));
  return {
    ...outcomeOf(root, facts, "would-repair"),
    added: [...dirs, ...files.values()],
    warnings,
  };
}

const outcomeOf = (
  root: Root,
  { id }: CellFacts,
  outcome: InitOutcome["outcome"],
): InitOutcome => ({
  mission_id: id,
  path: `${root.path}/${id}`,
  outcome,
  added: [],
  warnings: [],
});

/** True for an existing cell that breaks the contract. */
const isIncomplete = (facts: CellFacts): boolean =>
  facts.self.outcome !== "absent" && contractProblems(facts).length > 0;

function incompleteError(root: Root, broken: readonly CellFacts[]): OperatorError {
  const lists = broken.map((facts) => `${facts.id}: ${problemList(contractProblems(facts))}`);
  const ids = broken.map(({ id }) => id);
  const canRepair = broken.every((facts) =>
    contractProblems(facts).every(({ code }) => code === "absent"),
  );
  const hint = canRepair
    ? `add what is missing with: ${commandUnder(root, `init-cell ${ids.join(" ")} --repair`)}`
    : `${explainHint({ root, id: ids[0] ?? "" })}; --repair only adds what is absent`;
  return new OperatorError(
    "data_error",
    `Incomplete cells under ${quoted(root.path)}: ${lists.join("; ")}`,
    hint,
  );
}

const problemList = (problems: readonly Problem[]): string =>
  problems.map(({ text }) => text).join(", ");
