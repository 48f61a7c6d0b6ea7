/**
 * What is to be done in a round, and why not: one entry for each dead mission with a policy.
 *
 * @module
 */
import { chanceOf } from "../../rules/revive/backoff.ts";
import { type ClosedGate, closedGates } from "../../rules/revive/gates.ts";
import { commandFor, policyFor } from "../../rules/revive/policy.ts";
import type { Report } from "../../schemas/report.ts";
import type { RevivePolicy } from "../../schemas/revive.ts";
import type { Settings } from "../../schemas/settings.ts";
import { nextNumber, recordsOf } from "./attempts.ts";
import { readHold, readOrders } from "./orders.ts";
import { attemptsSinceWell } from "./since-well.ts";
import type { Store } from "./store.ts";
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
  /** Since when the observer has been suspect, in the same clock. */
  readonly suspectSinceMs: number | undefined;
  /** The host's uptime when this process began. */
  readonly startedUptime: number;
}

/** Plans a round for the cells that were seen. */
export function planRound(context: PlanContext, seen: Iterable<Seen>): Planned[] {
  const { settings, store, now, nowMs, suspectSinceMs, startedUptime, report } = context;
  const hold = readHold(store);
  const made = new Map<RevivePolicy, number>();
  const plan: Planned[] = [];
  for (const each of seen) {
    const policy = policyFor(each.cell, settings.revive);
    if (policy === undefined || each.digest === undefined) continue;
    const id = each.cell.mission_id;
    const records = recordsOf(store, id);
    const attempts = attemptsSinceWell(store, id, records, now, startedUptime);
    const attempt = nextNumber(records, each.digest);
    const gates = closedGates({
      now,
      cell: each.cell,
      policy,
      host: report.host,
      beatHost: each.beatHost,
      watchedSeconds: (nowMs - each.sinceMs) / 1000,
      suspectSeconds: suspectSinceMs === undefined ? undefined : (nowMs - suspectSinceMs) / 1000,
      hold,
      orders: readOrders(store, id),
      attempts,
      chance: chanceOf(each.digest, attempt),
      budget: policy.budget_per_round - (made.get(policy) ?? 0),
    });
    if (gates.length === 0) made.set(policy, (made.get(policy) ?? 0) + 1);
    const command = commandFor(policy, id);
    plan.push({ seen: each, digest: each.digest, policy, command, attempt, gates });
  }
  return plan;
}
