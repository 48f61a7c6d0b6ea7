/**
 * How long ago attempts were, by a clock that nobody sets, and which of them still count:
 * those since a cell was last well.
 *
 * @module
 */
import { join } from "node:path";
import type { Attempt } from "../../rules/revive/backoff.ts";
import { type Claim, type Outcome, verdictOf, Well } from "../../schemas/attempt.ts";
import { valueOf } from "../../schemas/facts.ts";
import { KEPT_ATTEMPTS } from "../../schemas/revive.ts";
import { parseTimestamp } from "../../schemas/time.ts";
import { bootId, isAlive, uptimeSeconds } from "../host/host.ts";
import { type AttemptRecord, folderOf, forget, recordsOf } from "./attempts.ts";
import { readState, type Store, writeState } from "./store.ts";

/** How long after its time a command may still be running, where its end was not seen. */
const GRACE_SECONDS = 60;
/** The mark of a cell that was well since. */
const WELL = "well.json";
/** Where the times on disk say nothing sound, it happened before this process began. */
const STARTED_UPTIME = uptimeSeconds();

/** An attempt on disk, and how long ago it was claimed. */
export interface Aged {
  readonly record: AttemptRecord;
  readonly elapsed: number;
}

/**
 * The attempts for a cell, oldest first.
 *
 * @throws {OperatorError} when they cannot be read.
 */
export function agedRecords(store: Store, id: string, now: Date): Aged[] {
  const records = recordsOf(store, id);
  if (records.length === 0) return [];
  const here = momentHere(now);
  return records
    .map((record) => ({ record, elapsed: elapsedSince(record.claim, here) }))
    .toSorted((a, b) => b.elapsed - a.elapsed || a.record.number - b.record.number);
}

/** Those of a cell's attempts that still count, as the rules see them. One that runs always does. */
export function attemptsSinceWell(
  store: Store,
  id: string,
  records: readonly Aged[],
  now: Date,
): Attempt[] {
  if (records.length === 0) return [];
  const well = valueOf(readState(join(folderOf(store, id), WELL), Well));
  const wellFor =
    well === undefined ? Number.POSITIVE_INFINITY : elapsedSince(well, momentHere(now));
  return records
    .map(({ record, elapsed }) => attemptOf(record, elapsed))
    .filter(({ elapsed, state }) => elapsed < wellFor || state === "running");
}

/** Marks a cell as well: what was tried before counts no more. Does nothing where nothing was. */
export function markWell(store: Store, id: string, now: Date): void {
  if (recordsOf(store, id).length === 0) return;
  const well: Well = { schema_version: 1, ...thisMoment(now) };
  writeState(join(folderOf(store, id), WELL), `${JSON.stringify(well)}\n`);
}

/**
 * Forgets attempts for a cell beyond those that are kept. Of those on the beat `digest` the last
 * stay, so that no number is used again, and the first as well, for they opened the breaker.
 */
export function forgetOldest(store: Store, id: string, digest: string, now: Date): void {
  const records = agedRecords(store, id, now).map(({ record }) => record);
  const dead = records.slice(0, -KEPT_ATTEMPTS).filter((each) => each.digest !== digest);
  const onThis = records.filter((each) => each.digest === digest);
  // By number, whatever a clock said: the highest one leads to the next.
  const byNumber = onThis.toSorted((a, b) => a.number - b.number);
  const between = byNumber.slice(KEPT_ATTEMPTS, -KEPT_ATTEMPTS);
  for (const record of [...dead, ...between]) forget(store, id, record);
}

/** This moment, as claims carry it. */
export function thisMoment(now: Date) {
  const { boot_id, uptime_seconds } = momentHere(now);
  return { at: now.toISOString(), boot_id, uptime_seconds };
}

interface Here {
  readonly now: Date;
  readonly boot_id: string;
  readonly uptime_seconds: number;
}

/** What the kernel says is asked once for many records. */
const momentHere = (now: Date): Here => ({
  now,
  boot_id: bootId(),
  uptime_seconds: uptimeSeconds(),
});

function attemptOf({ digest, number, claim, outcome }: AttemptRecord, elapsed: number): Attempt {
  const same = { digest, number, elapsed };
  if (outcome !== undefined)
    return { ...same, tookSeconds: tookSeconds(outcome, elapsed), state: verdictOf(outcome) };
  const most = claim?.timeout_seconds ?? 0;
  const mayRun = claim !== undefined && elapsed < most + GRACE_SECONDS && isAlive(claim);
  return { ...same, tookSeconds: most, state: mayRun ? "running" : "lost" };
}

const tookSeconds = ({ duration_ms }: Outcome, elapsed: number): number =>
  Math.min(duration_ms / 1000, elapsed);

/** Seconds since a moment; by the clock that nobody sets, where the host has not started anew since. */
function elapsedSince(then: Well | Claim | undefined, here: Here): number {
  const byUptime = then?.boot_id === here.boot_id ? here.uptime_seconds - then.uptime_seconds : -1;
  if (byUptime >= 0) return byUptime;
  const moment = parseTimestamp(then?.at ?? "");
  const byClock = moment === undefined ? 0 : (here.now.getTime() - moment) / 1000;
  return Math.max(byClock, here.uptime_seconds - STARTED_UPTIME);
}
