/**
 * Writing a cell's heartbeat.
 *
 * @module
 */
import { nextBeat, type BeatFields } from "../rules/next-beat.ts";
import { contractText } from "../../contract/json.ts";
import { printable, quoted } from "../../base/printable.ts";
import { FILE_MODE } from "../../contract/cell.ts";
import { OperatorError } from "../../base/errors.ts";
import { type CellFacts, valueOf } from "../../contract/facts.ts";
import type { Heartbeat } from "../../contract/heartbeat.ts";
import { type Root, withParent } from "../../host/files/directory.ts";
import { errnoOf, systemFailure } from "../../host/errno.ts";
import { bootId, hostName } from "../../host/host.ts";
import { changeStatus } from "../mission/status-change.ts";
import type { Cell } from "../cell.ts";
import { explainHint } from "../cell-command.ts";
import { observeCell } from "../observe.ts";
import { replaceFile } from "../../host/files/atomic-file.ts";
import { printError } from "../../host/stdio/stdio.ts";
import { checkCanBeat } from "./check-beat.ts";
import { vouchingToKeep } from "./vouching-to-keep.ts";

/**
 * Writes one beat of a cell for the process `pid` of this host.
 *
 * @throws {OperatorError} as `writeNextBeat` does.
 */
export function beatCell(
  cell: Cell,
  fields: BeatFields,
  { pid, now }: { readonly pid: number; readonly now: Date },
): Heartbeat {
  const writer = { host: hostName(), boot_id: bootId(), pid };
  const freshRunId = crypto.randomUUID();
  const next = (last: Heartbeat | undefined) =>
    nextBeat(last, {
      id: cell.id,
      fields,
      writer,
      freshRunId,
      now,
      kept: vouchingToKeep(last),
    });
  return writeNextBeat(cell, next, { now });
}

/** Faults of a status change that the next beat may overcome. */
const RETRYABLE: readonly string[] = ["try_again", "unavailable"];

export interface BeatOptions {
  readonly now: Date;
  /** Called when the status change is left to the next beat; prints the reason by default. */
  readonly onDeferred?: (why: string) => void;
}

const printDeferred = (why: string): void => printError(`heartbeat: ${printable(why)}\n`);

/**
 * Writes the beat that `next` builds from a cell's last beat, which is undefined if it cannot be
 * read; nothing if `next` returns undefined. The first beat also makes an initialized mission
 * active. The status changes second, so that the next beat catches up if this process is killed in
 * between.
 *
 * @throws {OperatorError} when the cell does not exist, more than its heartbeat is broken, its
 *   mission is paused or has ended, or the beat cannot be written.
 */
export function writeNextBeat<Beat extends Heartbeat | undefined>(
  { root, id }: Cell,
  next: (last: Heartbeat | undefined) => Beat,
  options: BeatOptions,
): Beat {
  const facts = observeCell(root, id);
  const mission = checkCanBeat(facts, root);
  const beat = next(valueOf(facts.heartbeat));
  if (beat === undefined) return beat;
  writeBeat(root, facts, beat);
  if (mission.status === "initialized") activate(root, facts, options);
  return beat;
}

/** Makes a mission active, or leaves that to the next beat: this one is already written. */
function activate(
  root: Root,
  facts: CellFacts,
  { now, onDeferred = printDeferred }: BeatOptions,
): void {
  try {
    changeStatus(root, facts, { program: "heartbeat", step: "activate", now, lockAttempts: 1 });
  } catch (error) {
    if (!(error instanceof OperatorError) || !RETRYABLE.includes(error.fault)) throw error;
    onDeferred(`the beat is written, and the next one makes the mission active: ${error.message}`);
  }
}

/**
 * Levels of the file that are indented. Scripts find the beat's own `pid` by its line, so nested
 * objects, which have a `pid` too, stay on one line.
 */
const BEAT_LEVELS = 1;

function writeBeat(root: Root, facts: CellFacts, beat: Heartbeat): void {
  const text = contractText(beat, BEAT_LEVELS);
  if (text === undefined)
    throw new OperatorError(
      "usage",
      "Cannot write the heartbeat: it is too large",
      "shorten its message",
    );
  const segments = facts.heartbeat.path.split("/");
  try {
    withParent(root.fd, [facts.id, ...segments], (dir, name) =>
      replaceFile(dir, name, text, FILE_MODE),
    );
  } catch (error) {
    const doing = `Cannot write the heartbeat of mission ${facts.id}`;
    if (!["EISDIR", "ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error) ?? ""))
      throw systemFailure(error, doing, "io_error");
    throw new OperatorError(
      "data_error",
      `${doing}: ${quoted(facts.heartbeat.path)} cannot be replaced by a file`,
      explainHint({ root, id: facts.id }),
    );
  }
}
