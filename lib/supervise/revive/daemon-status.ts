/**
 * The daemon's own account of its last round: `daemon.json` in the store, for `supervise status` and
 * `supervise --plan`.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { FILE_LIMIT } from "../../contract/cell.ts";
import type { Reading } from "../../contract/facts.ts";
import { Evidence, Problem, Suspicion } from "../../contract/report.ts";
import { Count } from "../../base/number.ts";
import { Timestamp } from "../../base/time.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { readState, writeState } from "../store/store.ts";
import type { PlannedAttempt } from "./plan.ts";

/** The next attempt for a dead mission, and the gates that prevent it. */
export const PlanEntry = v.looseObject({
  mission_id: v.string(),
  problems: v.array(Problem),
  evidence: Evidence,
  command: v.array(v.string()),
  attempt: Count,
  gates: v.array(v.object({ gate: v.string(), text: v.string() })),
});
export type PlanEntry = v.InferOutput<typeof PlanEntry>;

/** Schema of `daemon.json`. */
export const DaemonStatus = v.looseObject({
  schema_version: v.literal(1),
  /** When the round ended. */
  at: Timestamp,
  started_at: Timestamp,
  pid: Count,
  version: v.string(),
  host: v.string(),
  root: v.string(),
  interval_seconds: v.number(),
  /** Why the root could not be scanned; null if it was. */
  failure: v.nullable(v.string()),
  /** Why the observer may be at fault; absent without a suspicion. */
  suspicion: v.optional(Suspicion),
  /** The command of each policy. */
  policies: v.array(v.array(v.string())),
  notifies: v.boolean(),
  /** The missions whose command is running. */
  running: v.array(v.string()),
  /** The first entries of the plan, and how many there are. */
  plan: v.array(PlanEntry),
  planned: Count,
  /** The first missions that are given up for a time; absent until a round could tell. */
  given_up: v.optional(v.array(v.string())),
  /** By route: calls of its receiver that failed, and messages that it refused, since the start. */
  deliveries: v.optional(
    v.record(
      v.string(),
      v.object({ failed: Count, refused: Count, failure: v.optional(v.nullable(v.string())) }),
    ),
  ),
});
export type DaemonStatus = v.InferOutput<typeof DaemonStatus>;

/** Enough for 100 missions, and fewer bytes than a state file may hold. */
const MAX_PLAN_BYTES = 40_000;

export const planEntryOf = ({
  observed,
  context,
  command,
  attempt,
  gates,
}: PlannedAttempt): PlanEntry => ({
  mission_id: observed.cell.mission_id,
  problems: observed.cell.problems,
  evidence: context.evidence,
  command: [...command],
  attempt,
  gates: [...gates],
});

/** The first entries, as many as fit into a state file. */
export function firstEntries(plan: readonly PlannedAttempt[]): PlanEntry[] {
  let length = 0;
  const entries: PlanEntry[] = [];
  for (const planned of plan) {
    const entry = planEntryOf(planned);
    length += Buffer.byteLength(JSON.stringify(entry));
    if (length > MAX_PLAN_BYTES) break;
    entries.push(entry);
  }
  return entries;
}

/** Few enough for a state file that has a whole plan too. */
const MAX_GIVEN_UP = 300;

/** The missions whose breaker is open, also those that a hold or another gate keeps from an attempt. */
export const givenUpIn = (plan: readonly PlannedAttempt[]): string[] =>
  plan
    .filter(({ gates }) => gates.some(({ gate }) => gate === "breaker"))
    .map(({ observed }) => observed.cell.mission_id)
    .slice(0, MAX_GIVEN_UP);

const statusPath = ({ storeDir }: StorePaths): string => join(storeDir, "daemon.json");

/**
 * Replaces the daemon's account.
 *
 * @throws {OperatorError} when it cannot be written.
 */
export const writeDaemonStatus = (state: StorePaths, status: DaemonStatus): void =>
  writeState(statusPath(state), textOf(status));

/** With fewer entries of the plan where other parts are long: no longer than what can be read. */
function textOf(status: DaemonStatus): string {
  const text = `${JSON.stringify(status)}\n`;
  const { length } = status.plan;
  if (length === 0 || Buffer.byteLength(text) <= FILE_LIMIT) return text;
  return textOf({ ...status, plan: status.plan.slice(0, Math.floor(length / 2)) });
}

/** The account of the daemon that last ran. */
export const readDaemonStatus = (state: StorePaths): Reading<DaemonStatus> =>
  readState(statusPath(state), DaemonStatus);

/** A round may be this many intervals late before it is called late. */
const LATE_INTERVALS = 3;

/** True if the daemon should have ended another round since its account was written. */
export const isRoundLate = (
  { at, interval_seconds }: Pick<DaemonStatus, "at" | "interval_seconds">,
  now: Date,
): boolean => (now.getTime() - Date.parse(at)) / 1000 > LATE_INTERVALS * interval_seconds + 1;
