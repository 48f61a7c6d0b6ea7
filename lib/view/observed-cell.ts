/**
 * One cell as a round observed it, for the next round: its verdict, how long that holds, and since when
 * it has been watched.
 *
 * @module
 */
import * as v from "valibot";
import { momentOf } from "../verdict/age-limit.ts";
import { classify } from "../verdict/classify.ts";
import type { Clock } from "../base/clock.ts";
import { reportCell } from "../verdict/report.ts";
import { rowOf } from "../verdict/rows.ts";
import { type Rhythm, rhythmOf } from "../verdict/rhythm.ts";
import { isWithin, type VerdictWindow, verdictWindow } from "../verdict/verdict-window.ts";
import { POINTERS } from "../contract/cell.ts";
import { valueOf } from "../contract/facts.ts";
import { Heartbeat } from "../contract/heartbeat.ts";
import type { Evidence, ReportCell } from "../contract/report.ts";
import type { Limits, Settings } from "../contract/settings.ts";
import { hasFingerprint, heartbeatFingerprint } from "./heartbeat-fingerprint.ts";
import { observeCell } from "../cell/observe.ts";
import { syscalls } from "../host/syscalls/plan.ts";
import { witnessProcess } from "../cell/process-witness.ts";
import type { Root } from "../host/files/directory.ts";

/** The process that a beat vouches for, and the host that it names. */
type VouchedProcess = Pick<Heartbeat, "process" | "host">;

/** What the last round observed; its size is bounded, whatever the agent writes. */
export interface ObservedCell {
  readonly cell: ReportCell;
  /** The path of the heartbeat file in the cell. */
  readonly path: string;
  /** Changes with the heartbeat file; undefined when the next round must read the cell. */
  readonly fingerprint: string | undefined;
  /** Identifies the last beat by its contents; undefined when none is readable. */
  readonly digest: string | undefined;
  readonly evidence: Evidence;
  /** The process that the last beat vouches for, to check it again; undefined without one. */
  readonly vouched: VouchedProcess | undefined;
  /** When it last beat and was due next; undefined if no beat is expected, or none ever came. */
  readonly rhythm: Rhythm | undefined;
  /** Since when this process has watched the cell with that beat, in monotonic seconds. */
  readonly watchedSince: number;
}

/** What the next round needs to decide whether it has to read the cell; flat, because there are many. */
export interface KnownCell extends ObservedCell, VerdictWindow {
  /** Its entry in the report, which a view replaces by the known one if only the age differs. */
  cell: ReportCell;
  /** Says in which of the rounds it is read in full. */
  readonly number: number;
  /** Its last beat, in milliseconds since 1970; undefined without a readable one. */
  readonly beatMs: number | undefined;
  /** How many full reads in a row found the same flaw; 0 without one. */
  readonly flawedReads: number;
}

/**
 * A flaw that this many rounds in a row have found, or `fire_after` if that is more, is taken to last:
 * then its cell is read as others are.
 */
const LASTING_FLAW_READS = 10;
/** Limits of verdicts, and how many rounds must agree on a bad one, where that matters. */
export type ViewLimits = Limits & Partial<Pick<Settings, "fire_after">>;

export interface Observation {
  readonly root: Root;
  readonly limits: ViewLimits;
  readonly clock: Clock;
}

/** Reads and judges one cell in full; `before` is what was known about it, if it is not new. */
export function observeInFull(
  { root, limits, clock }: Observation,
  id: string,
  number: number,
  before: KnownCell | undefined,
): KnownCell {
  const path = before?.path ?? POINTERS.heartbeat;
  // Taken before the cell is read, so that the next round notices a beat in between.
  const fingerprint = heartbeatFingerprint(root, id, path);
  const facts = observeCell(root, id, syscalls());
  const beat = valueOf(facts.heartbeat);
  const digest = beat === undefined ? undefined : digestOf(beat);
  const now = clock.now();
  const verdict = classify(facts, limits, now);
  const cell = reportCell(facts, verdict);
  const isFlawed = verdict.row === "incomplete" || facts.lostClone !== undefined;
  const flawedReads = isFlawed ? flawedReadsOf(before, cell) : 0;
  // A flaw may last for a moment only: each of the rounds that must agree on it has to read the cell.
  const isSettled =
    !isFlawed || flawedReads >= Math.max(LASTING_FLAW_READS, limits.fire_after ?? 0);
  const { fromMs, toMs } = verdictWindow(facts, verdict.row, { limits, now });
  return {
    cell,
    number,
    fromMs,
    toMs,
    beatMs: beat === undefined ? undefined : momentOf(beat),
    path: facts.heartbeat.path,
    fingerprint: path === facts.heartbeat.path && isSettled ? fingerprint : undefined,
    flawedReads,
    digest,
    evidence: cell.evidence,
    vouched: vouchedBy(beat),
    rhythm: rhythmOf(beat, cell.limit_seconds),
    watchedSince: watchedSinceOf(before, cell, digest) ?? clock.monotonic(),
  };
}

const flawedReadsOf = (before: KnownCell | undefined, { problems }: ReportCell): number =>
  before && Bun.deepEquals(before.cell.problems, problems) ? before.flawedReads + 1 : 1;

const MAX_VOUCHED_CHARACTERS = 1000;
/** Undefined also for an identity that is longer than any real one: then only full reads check it. */
function vouchedBy(beat: Heartbeat | undefined): VouchedProcess | undefined {
  if (beat?.process === undefined) return undefined;
  const { process, host } = beat;
  return JSON.stringify([process, host]).length > MAX_VOUCHED_CHARACTERS
    ? undefined
    : { process, host };
}

/** True if neither the heartbeat file, nor the process, nor the time can have changed the verdict. */
export const isCellUnchanged = (root: Root, id: string, known: KnownCell, nowMs: number): boolean =>
  isWithin(known, nowMs) && hasFingerprint(root, id, known) && isProcessUnchanged(known);

/**
 * True if the process of a cell is as it was in the last round, and its end is in the verdict. The
 * process of a paused or ended mission decides nothing, so only full reads check it.
 */
function isProcessUnchanged({ vouched, evidence, cell }: ObservedCell): boolean {
  if (vouched === undefined || rowOf(cell) === "resting") return true;
  const seen = witnessProcess(vouched)?.seen;
  // A beat of another boot remains one, so only its age changes the verdict.
  if (seen === "other-boot") return true;
  return seen === evidence.process && !(seen === "gone" && cell.problems.length === 0);
}

/**
 * The start of a watch that continues; undefined if a new one starts: for a new cell, with each
 * beat, and when the mission was activated, paused or resumed.
 */
const watchedSinceOf = (
  before: ObservedCell | undefined,
  { mission_status }: ReportCell,
  digest: string | undefined,
): number | undefined =>
  before?.digest === digest && before?.cell.mission_status === mission_status
    ? before.watchedSince
    : undefined;

/** By the schema's order of keys: a beat that plain.ts has checked keeps the order of its file. */
function digestOf(beat: Heartbeat): string {
  const text = JSON.stringify(v.parse(Heartbeat, beat));
  // A slice of the whole text would keep all of it in memory.
  return new Bun.CryptoHasher("sha256").update(text).digest().toString("hex", 0, 8);
}
