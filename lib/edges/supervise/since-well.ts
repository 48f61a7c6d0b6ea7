/**
 * The attempts that still count: those since a cell was last well, and how long ago each was.
 *
 * @module
 */
import { join } from "node:path";
import type { Attempt } from "../../rules/revive/backoff.ts";
import { type Claim, isSuccess, Well } from "../../schemas/attempt.ts";
import { valueOf } from "../../schemas/facts.ts";
import { parseTimestamp } from "../../schemas/time.ts";
import { bootId, isAlive, uptimeSeconds } from "../host/host.ts";
import { folderOf, type Record, recordsOf } from "./attempts.ts";
import { readState, type Store, writeState } from "./store.ts";

/** How long after its time a command may still be running, where its end was not seen. */
const GRACE_SECONDS = 60;
/** The mark of a cell that was well since. */
const WELL = "well.json";

/**
 * The attempts since a cell was last well, as the rules see them, oldest first.
 * `startedUptime` is the host's uptime when this process began: where the times on disk say
 * nothing sound, it happened before that.
 */
export function attemptsSinceWell(
  store: Store,
  id: string,
  records: readonly Record[],
  now: Date,
  startedUptime: number,
): Attempt[] {
  if (records.length === 0) return [];
  const well = valueOf(readState(join(folderOf(store, id), WELL), Well));
  const elapsed = (moment: Well | Claim | undefined) => elapsedSince(moment, now, startedUptime);
  const wellFor = well === undefined ? Number.POSITIVE_INFINITY : elapsed(well);
  return records
    .map((record) => attemptOf(record, elapsed(record.claim)))
    .filter((attempt) => attempt.elapsed < wellFor);
}

/** Marks a cell as well: what was tried before counts no more. Does nothing where nothing was. */
export function markWell(store: Store, id: string, now: Date): void {
  if (recordsOf(store, id).length === 0) return;
  const well: Well = { schema_version: 1, ...momentOf(now) };
  writeState(join(folderOf(store, id), WELL), `${JSON.stringify(well)}\n`);
}

/** This moment, as claims carry it. */
export const momentOf = (now: Date) => ({
  at: now.toISOString(),
  boot_id: bootId(),
  uptime_seconds: uptimeSeconds(),
});

function attemptOf({ digest, number, claim, outcome }: Record, elapsed: number): Attempt {
  if (outcome !== undefined)
    return { digest, number, elapsed, state: isSuccess(outcome) ? "succeeded" : "failed" };
  const mayRun =
    claim !== undefined && elapsed < claim.timeout_seconds + GRACE_SECONDS && isAlive(claim);
  return { digest, number, elapsed, state: mayRun ? "running" : "lost" };
}

/** Seconds since a moment; by the clock that nobody sets, where the host has not started anew since. */
function elapsedSince(then: Well | Claim | undefined, now: Date, startedUptime: number): number {
  const uptime = uptimeSeconds();
  if (then?.boot_id === bootId()) return uptime - then.uptime_seconds;
  const moment = parseTimestamp(then?.at ?? "");
  const byClock = moment === undefined ? 0 : (now.getTime() - moment) / 1000;
  return Math.max(byClock, uptime - startedUptime);
}
