/**
 * Creating a cell: complete or not at all.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { contractText } from "../../contract/json.ts";
import { quoted } from "../../base/printable.ts";
import { type MissionDetails, seedCell } from "../rules/seed.ts";
import { CELL_DIRS, CELL_FILES, DIR_MODE, FILE_MODE } from "../../contract/cell.ts";
import { OperatorError } from "../../base/errors.ts";
import type { CellFacts } from "../../contract/facts.ts";
import { at, type Root, syncDirectory, withSubdirectory } from "../../host/files/directory.ts";
import { systemFailure } from "../../host/errno.ts";
import { cloneRepository } from "../../git/clone.ts";
import type { Repository } from "../../git/git-command.ts";
import { bootId, hostName } from "../../host/host.ts";
import { logLine } from "../log.ts";
import { chownParts, chownTop, type Owner } from "./owner.ts";
import { recordOf } from "./origin.ts";
import { createFile } from "../../host/files/atomic-file.ts";
import { buildInStaging, type Staging } from "./staging.ts";

/** The contents and the owner of new cells. */
export interface CellPlan {
  readonly details: MissionDetails;
  readonly repository: Repository | undefined;
  readonly owner: Owner;
  readonly now: Date;
  /** Called when the cell is built, right before it appears; if it throws, no cell appears. */
  readonly confirm?: () => Promise<void>;
}

/** The contract files of a new cell as text, by path: the three JSON files and the log's first line. */
export function seedTexts(
  id: string,
  { details, now, repository }: Pick<CellPlan, "details" | "now"> & Partial<CellPlan>,
): Map<string, string> {
  const writer = { host: hostName(), boot_id: bootId(), pid: process.pid };
  const origin = repository === undefined ? {} : { cloned_from: recordOf(repository) };
  const seed = seedCell(id, { ...details, ...origin }, writer, now);
  const texts = new Map(Object.entries(seed).map(([path, value]) => [path, textOf(path, value)]));
  return texts.set(
    CELL_FILES.log,
    logLine({ program: "init-cell", event: "initialized", mission_id: id, ...origin }, now),
  );
}

/**
 * Creates the cell `id`. False when it already exists, even if another process created it
 * during this call.
 *
 * @throws {OperatorError} when it cannot be created; then no part of it is left.
 */
export async function createCell(root: Root, id: string, plan: CellPlan): Promise<boolean> {
  const texts = seedTexts(id, plan);
  try {
    return await buildInStaging(root, id, (staging) => fillCell(staging, texts, plan));
  } catch (error) {
    throw systemFailure(
      error,
      `Cannot create the cell ${id} under ${quoted(root.path)}`,
      "cannot_create",
    );
  }
}

/**
 * Syncs an existing complete cell to disk: the process that created or repaired it may have been
 * killed before its fsync, or may not have reached it yet.
 *
 * @throws {OperatorError} when fsync fails; then the cell must not be reported as created.
 */
export function syncCell(root: Root, { id, mission, config, heartbeat, log }: CellFacts): void {
  const places = [mission, config, heartbeat, log].map(({ path }) => path.split("/").slice(0, -1));
  try {
    for (const segments of [[], ...places])
      withSubdirectory(root.fd, [id, ...segments], syncDirectory);
    syncDirectory(root.fd);
  } catch (error) {
    throw systemFailure(error, `Cannot sync the cell ${id} to disk`, "io_error");
  }
}

async function fillCell(
  staging: Staging,
  texts: ReadonlyMap<string, string>,
  plan: CellPlan,
): Promise<void> {
  for (const dir of CELL_DIRS) mkdirSync(at(staging.fd, dir), DIR_MODE);
  for (const [path, text] of texts) createFile(staging.fd, path, text, FILE_MODE);
  if (plan.repository !== undefined)
    await cloneRepository(plan.repository, `${staging.path}/worktree`);
  await chownParts(staging, plan.owner);
  for (const dir of CELL_DIRS) withSubdirectory(staging.fd, [dir], syncDirectory);
  await chownTop(staging, plan.owner);
  await plan.confirm?.();
}

function textOf(path: string, value: unknown): string {
  const text = contractText(value);
  if (text !== undefined) return text;
  throw new OperatorError(
    "usage",
    `Cannot write ${path}: it would exceed the size limit of the file`,
    "shorten the description of the mission",
  );
}
