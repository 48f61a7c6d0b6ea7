/**
 * Writing a cell's heartbeat.
 *
 * @module
 */
import { nextBeat, type Said } from "../../rules/beat.ts";
import { contractText } from "../../rules/json.ts";
import { printable, quoted } from "../../rules/printable.ts";
import { contractProblems } from "../../rules/problems.ts";
import { CELL_FILES, FILE_MODE } from "../../schemas/cell.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { type CellFacts, valueOf } from "../../schemas/facts.ts";
import type { Heartbeat } from "../../schemas/heartbeat.ts";
import { isTerminal, type Mission } from "../../schemas/mission.ts";
import { type Root, withParent } from "../host/directory.ts";
import { errnoOf, systemFailure } from "../host/errno.ts";
import { bootId, hostName } from "../host/host.ts";
import { changeStatus } from "./life.ts";
import { observeCell } from "./observe.ts";
import { replaceFile } from "../host/replace.ts";
import { tell } from "../host/stdout.ts";
import { missingCell } from "./here.ts";

/**
 * Writes one beat of the cell `id` for the process `pid` of this host.
 *
 * @throws {OperatorError} as `writeNext` does.
 */
export function beatCell(root: Root, id: string, said: Said, pid: number, now: Date): Heartbeat {
  const writer = { host: hostName(), boot_id: bootId(), pid };
  const next = (last: Heartbeat | undefined) =>
    nextBeat(id, said, last, writer, crypto.randomUUID(), now);
  return writeNext(root, id, next, now);
}

/** What may be better at the next beat. */
const LATER: readonly string[] = ["try_again", "unavailable"];

/** Tells a person what is left to the next beat. */
const tellLater = (why: string): void => tell(`heartbeat: ${printable(why)}\n`);

/**
 * Writes what `next` makes of a cell's last beat, undefined when that cannot be read. The
 * first beat turns an initialized mission active; that comes second, so that a killed beat
 * is made good by the next. What is left to the next beat is said to `onLater`.
 *
 * @throws {OperatorError} when there is no such cell, it is broken beyond its heartbeat,
 *   no beat is expected of it, or the beat cannot be written.
 */
export function writeNext(
  root: Root,
  id: string,
  next: (last: Heartbeat | undefined) => Heartbeat,
  now: Date,
  onLater: (why: string) => void = tellLater,
): Heartbeat {
  const facts = observeCell(root, id);
  const mission = checkCell(facts, root);
  const beat = next(valueOf(facts.heartbeat));
  writeBeat(root, facts, beat);
  if (mission.status === "initialized") activate(root, facts, now, onLater);
  return beat;
}

/** Makes a mission active, or leaves that to the next beat: this one is written. */
function activate(root: Root, facts: CellFacts, now: Date, onLater: (why: string) => void): void {
  try {
    changeStatus(root, facts, { program: "heartbeat", step: "activate", now, tries: 1 });
  } catch (error) {
    if (!(error instanceof OperatorError) || !LATER.includes(error.fault)) throw error;
    onLater(`written; the next beat makes the mission active: ${error.message}`);
  }
}

/** The cell's mission, if it may beat. */
function checkCell(facts: CellFacts, root: Root): Mission {
  const doing = `Cannot beat for mission ${facts.id}`;
  if (facts.self.outcome === "absent") throw missingCell(root, facts.id, doing);
  const broken = brokenBeyondBeat(facts);
  const mission = valueOf(facts.mission);
  if (broken !== undefined || mission === undefined) {
    const why = broken ?? `${CELL_FILES.mission} is not there`;
    throw new OperatorError(
      "data_error",
      `${doing}: ${why}`,
      `see all of it with: scan --explain ${facts.id}`,
    );
  }
  checkOwnFile(facts, doing);
  if (mission.status === "paused")
    throw new OperatorError(
      "data_error",
      `${doing}: it is paused`,
      `take it up again with: mission ${facts.id} resume`,
    );
  if (isTerminal(mission.status))
    throw new OperatorError(
      "data_error",
      `${doing}: it has ended (${mission.status})`,
      "an ended mission beats no more: stop its agent",
    );
  return mission;
}

/** A beat replaces a file: never one that the cell needs for something else. */
function checkOwnFile({ mission, config, heartbeat, log }: CellFacts, doing: string): void {
  if (![mission, config, log].some(({ path }) => path === heartbeat.path)) return;
  throw new OperatorError(
    "data_error",
    `${doing}: its heartbeat points to ${quoted(heartbeat.path)}, which would be lost`,
    "give the heartbeat a file of its own in cell.json",
  );
}

/** What is wrong with a cell besides its heartbeat, which is replaced, and its log. */
function brokenBeyondBeat(facts: CellFacts): string | undefined {
  const mended = [facts.heartbeat, facts.log].filter(
    ({ outcome }) => outcome !== "pointer-escapes",
  );
  const paths = mended.map(({ path }) => path);
  return contractProblems(facts).find(({ path }) => !paths.includes(path))?.text;
}

function writeBeat(root: Root, facts: CellFacts, beat: Heartbeat): void {
  const text = contractText(beat);
  if (text === undefined)
    throw new OperatorError("usage", "Cannot write a heartbeat that large", "shorten its message");
  const steps = facts.heartbeat.path.split("/");
  try {
    withParent(root.fd, [facts.id, ...steps], (dir, name) =>
      replaceFile(dir, name, text, FILE_MODE),
    );
  } catch (error) {
    const doing = `Cannot write the heartbeat of mission ${facts.id}`;
    if (!["EISDIR", "ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error) ?? ""))
      throw systemFailure(error, doing, "io_error");
    throw new OperatorError(
      "data_error",
      `${doing}: no file can be written at ${quoted(facts.heartbeat.path)}`,
      `look at what is there with: scan --explain ${facts.id}`,
    );
  }
}
