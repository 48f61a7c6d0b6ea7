/**
 * What is to be done in a round, and why not: one entry for each dead mission with a policy.
 *
 * @module
 */
import { chanceOf } from "../../rules/revive/backoff.ts";
import { type ClosedGate, closedGates, type Situation } from "../../rules/revive/gates.ts";
import { commandFor, policyFor } from "../../rules/revive/policy.ts";
import type { Report } from "../../schemas/report.ts";
import type { RevivePolicy } from "../../schemas/revive.ts";
import type { Settings } from "../../schemas/settings.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { nextNumber } from "./attempts.ts";
import { readHold, readOrders } from "./orders.ts";
import { type Aged, agedRecords, attemptsSinceWell } from "./since-well.ts";
import type { Store } from "./store.ts";
import type { Tracks } from "./tracks.ts";
import type { Seen } from "./watch.ts";

/** What would be done for one cell, and the gates that are closed before it. */
export interface Planned {
  readonly seen: Seen;
  readonly digest: string;
  readonly policy: RevivePolicy;
  readonly command: readonly string[];
  readonly attempt: number;
  readonly gates: readonly ClosedGate[];
}

export interface PlanContext {
  readonly store: Store;
  readonly settings: Settings;
  readonly report: Report;
  readonly now: Date;
  /** The moment of the look, in the clock of `Seen.sinceMs`. */
  readonly nowMs: number;
  /** For how long the observer has been suspect, in seconds; undefined while it is not. */
  readonly suspectSeconds: number | undefined;
  readonly tracks: Pick<Tracks, "counted">;
  /** The missions for which this process is running a command. */
  readonly running: ReadonlySet<string>;
}

/** Plans a round for the cells that were seen. */
export function planRound(context: PlanContext, seen: Iterable<Seen>): Planned[] {
  const hold = readHold(context.store);
  const made = new Map<RevivePolicy, number>();
  const plan: Planned[] = [];
  for (const each of seen) {
    const policy = policyFor(each.cell, context.settings.revive);
    if (policy === undefined || each.digest === undefined) continue;
    const budget = policy.budget_per_round - (made.get(policy) ?? 0);
    const planned = planOne(context, each, each.digest, policy, hold, budget);
    if (planned.gates.length === 0) made.set(policy, (made.get(policy) ?? 0) + 1);
    plan.push(planned);
  }
  return plan;
}

function planOne(
  context: PlanContext,
  seen: Seen,
  digest: string,
  policy: RevivePolicy,
  hold: Situation["hold"],
  budget: number,
): Planned {
  const { store, now, nowMs, suspectSeconds, tracks, running, report } = context;
  const { cell, beatHost, sinceMs } = seen;
  const id = cell.mission_id;
  const records = recordsOrNone(store, id, now);
  const attempt = nextNumber(records?.map(({ record }) => record) ?? [], digest);
  const gates = closedGates({
    now,
    cell,
    policy,
    host: report.host,
    beatHost,
    isCounted: tracks.counted(id) === cell.status,
    watchedSeconds: (nowMs - sinceMs) / 1000,
    suspectSeconds,
    hold,
    orders: readOrders(store, id),
    attempts: attemptsSinceWell(store, id, records ?? [], now),
    areAttemptsRead: records !== undefined,
    isRunning: running.has(id),
    chance: chanceOf(digest, attempt),
    budget,
  });
  return { seen, digest, policy, command: commandFor(policy, id), attempt, gates };
}

/** A folder that cannot be read keeps its own mission from being acted upon, and no other. */
function recordsOrNone(store: Store, id: string, now: Date): Aged[] | undefined {
  try {
    return agedRecords(store, id, now);
  } catch (error) {
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}
