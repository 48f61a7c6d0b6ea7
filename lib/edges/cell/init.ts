/**
 * Making cells: whole or not at all.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { contractText } from "../../rules/json.ts";
import { quoted } from "../../rules/printable.ts";
import { type About, seedCell } from "../../rules/seed.ts";
import { CELL_DIRS, CELL_FILES, DIR_MODE, FILE_MODE } from "../../schemas/cell.ts";
import { OperatorError } from "../../schemas/errors.ts";
import type { CellFacts } from "../../schemas/facts.ts";
import { at, type Root, syncDirectory, withPlace } from "../host/directory.ts";
import { systemFailure } from "../host/errno.ts";
import { cloneRepository } from "../host/git.ts";
import type { Repository } from "../host/git-call.ts";
import { hostName, thisMaker } from "../host/host.ts";
import { logLine } from "./log.ts";
import { giveParts, giveTop, type Owner } from "./owner.ts";
import { createFile } from "../host/replace.ts";
import { buildInStaging, type Staging } from "./staging.ts";

/** What init-cell was asked to make. */
export interface Plan {
  readonly about: About;
  readonly repository: Repository | undefined;
  readonly owner: Owner;
  readonly now: Date;
  /** Called when all of it is built, right before it appears; what this throws, stops it. */
  readonly confirm?: () => Promise<void>;
}

/** The contract files of a new cell as text, by path: the three JSON files and the log's first line. */
export function seedTexts(
  id: string,
  { about, now }: Pick<Plan, "about" | "now">,
): Map<string, string> {
  const seed = seedCell(id, about, { host: hostName(), ...thisMaker() }, now);
  const texts = new Map(Object.entries(seed).map(([path, value]) => [path, textOf(path, value)]));
  return texts.set(
    CELL_FILES.log,
    logLine({ program: "init-cell", event: "initialized", mission_id: id }, now),
  );
}

/**
 * Makes the cell `id`. False when it was there already, also when another process made it
 * meanwhile.
 *
 * @throws {OperatorError} when it cannot be made; then nothing of it is left.
 */
export async function makeCell(root: Root, id: string, plan: Plan): Promise<boolean> {
  const texts = seedTexts(id, plan);
  try {
    return await buildInStaging(root, id, (staging) => fillCell(staging, texts, plan));
  } catch (error) {
    throw systemFailure(
      error,
      `Cannot make the cell ${id} under ${quoted(root.path)}`,
      "cannot_create",
    );
  }
}

/**
 * Makes a complete cell that is there survive a loss of power: whoever made or repaired it
 * may have been killed before that, or be about to do it.
 *
 * @throws {OperatorError} when it cannot be done; then nobody may call the cell made.
 */
export function settleCell(root: Root, { id, mission, config, heartbeat, log }: CellFacts): void {
  const places = [mission, config, heartbeat, log].map(({ path }) => path.split("/").slice(0, -1));
  try {
    for (const steps of [[], ...places]) withPlace(root.fd, [id, ...steps], syncDirectory);
    syncDirectory(root.fd);
  } catch (error) {
    throw systemFailure(error, `Cannot make the cell ${id} durable`, "io_error");
  }
}

async function fillCell(
  staging: Staging,
  texts: ReadonlyMap<string, string>,
  plan: Plan,
): Promise<void> {
  for (const dir of CELL_DIRS) mkdirSync(at(staging.fd, dir), DIR_MODE);
  for (const [path, text] of texts) createFile(staging.fd, path, text, FILE_MODE);
  if (plan.repository !== undefined)
    await cloneRepository(plan.repository, `${staging.path}/worktree`);
  await giveParts(staging, plan.owner);
  for (const dir of CELL_DIRS) withPlace(staging.fd, [dir], syncDirectory);
  await giveTop(staging, plan.owner);
  await plan.confirm?.();
}

function textOf(path: string, value: unknown): string {
  const text = contractText(value);
  if (text !== undefined) return text;
  throw new OperatorError(
    "usage",
    `Cannot write ${path}: it would be larger than what is read of it`,
    "shorten what you say of the mission",
  );
}
