/**
 * Plain contract files: checks by hand, for what nearly all agents write.
 *
 * Each accepts only what its schema accepts, and only where the schema would return the same value.
 * Whatever it rejects is left to the schema, which has the messages. With these checks the parsing
 * of a cell's three files takes a third of the time.
 *
 * @module
 */
import { isMissionId } from "../base/id.ts";
import { isTimestamp } from "../base/time.ts";
import { type CellConfig, POINTERS } from "./cell.ts";
import { type Heartbeat, STATE_WORD } from "./heartbeat.ts";
import { isLabels, isMissionStatus, type Mission, SOURCE_URL } from "./mission.ts";
import { type ProcessIdentity, processEntries } from "./process-identity.ts";

/** A parsed object: any of the fields of `T` may be absent, or hold anything. */
type Unchecked<T> = { readonly [K in keyof T]?: unknown };

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isMoment: Check = (value) => typeof value === "string" && isTimestamp(value);
const isId: Check = (value) => typeof value === "string" && isMissionId(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isUpTo = (value: unknown, limit: number): boolean =>
  typeof value === "number" && value >= 0 && value <= limit;
const isSeconds: Check = (value) => isUpTo(value, 1e9);
const isAmount: Check = (value) => isUpTo(value, 1e15);

const isAbsentOr = (check: Check, value: unknown): boolean => value === undefined || check(value);
const isVersion = (value: unknown): boolean => value === undefined || value === 1;
/** The most frequent check, without a second call. */
const isTextOrAbsent: Check = (value) => value === undefined || typeof value === "string";

/** The value as an object; undefined if it is not one. */
const asObject = <K extends string>(value: unknown): Record<K, unknown> | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<K, unknown>)
    : undefined;

/** True only for what the schema `Mission` accepts. */
export const isPlainMission = (mission: Unchecked<Mission>): boolean =>
  isVersion(mission.schema_version) &&
  isId(mission.mission_id) &&
  isMoment(mission.created_at) &&
  isMissionStatus(mission.status) &&
  isAbsentOr(isMoment, mission.updated_at) &&
  isTextOrAbsent(mission.title) &&
  isTextOrAbsent(mission.objective) &&
  isTextOrAbsent(mission.owner) &&
  isAbsentOr(isLabels, mission.labels) &&
  isAbsentOr(isSource, mission.source) &&
  isAbsentOr(isMoment, mission.acknowledged_at);

const isSource: Check = (value) => typeof value === "string" && SOURCE_URL.test(value);

/** True only for what the schema `CellConfig` accepts, and only where nothing is moved. */
export const isPlainConfig = (config: Unchecked<CellConfig>): boolean =>
  isVersion(config.schema_version) &&
  isAbsentOr(isId, config.mission_id) &&
  config.worktree === POINTERS.worktree &&
  config.artifacts === POINTERS.artifacts &&
  config.heartbeat === POINTERS.heartbeat &&
  (config.log === undefined || config.log === POINTERS.log) &&
  isAbsentOr(isSeconds, config.stale_after_seconds) &&
  isAbsentOr(isRepository, config.cloned_from);

function isRepository(value: unknown): boolean {
  const repository = asObject<"url" | "ref">(value);
  return repository !== undefined && isText(repository.url) && isTextOrAbsent(repository.ref);
}

/** True only for what the schema `Heartbeat` accepts. A recorded exit or another writer is rare. */
export const isPlainHeartbeat = (beat: Unchecked<Heartbeat>): boolean =>
  isVersion(beat.schema_version) &&
  isAbsentOr(isId, beat.mission_id) &&
  isMoment(beat.timestamp) &&
  typeof beat.state === "string" &&
  STATE_WORD.test(beat.state) &&
  isAbsentOr(isCount, beat.seq) &&
  isAbsentOr(isSeconds, beat.interval_seconds) &&
  isTextOrAbsent(beat.host) &&
  isTextOrAbsent(beat.boot_id) &&
  isAbsentOr(isCount, beat.pid) &&
  isTextOrAbsent(beat.run_id) &&
  isTextOrAbsent(beat.message) &&
  isAbsentOr(isProgress, beat.progress) &&
  isAbsentOr(isActivity, beat.activity) &&
  isAbsentOr(isMoment, beat.state_since) &&
  isAbsentOr(isMoment, beat.until) &&
  (beat.on_events === undefined || typeof beat.on_events === "boolean") &&
  isAbsentOr(isIdentity, beat.process) &&
  isAbsentOr(isIdentity, beat.runner) &&
  beat.exit === undefined &&
  beat.other_writer === undefined;

function isProgress(value: unknown): boolean {
  const progress = asObject<"done" | "total" | "note">(value);
  if (progress === undefined) return false;
  const { done, total, note } = progress;
  return isAmount(done) && isAbsentOr(isAmount, total) && isTextOrAbsent(note);
}

function isActivity(value: unknown): boolean {
  const activity = asObject<"what" | "expect_seconds">(value);
  return activity !== undefined && isText(activity.what) && isSeconds(activity.expect_seconds);
}

function isIdentity(value: unknown): boolean {
  const identity = asObject<keyof ProcessIdentity>(value);
  // The schema drops unknown keys.
  if (identity === undefined || !Object.keys(identity).every(isIdentityKey)) return false;
  return (
    isText(identity.boot_id) &&
    isCount(identity.pid) &&
    isAbsentOr(isCount, identity.start_ticks) &&
    isTextOrAbsent(identity.pid_namespace) &&
    isTextOrAbsent(identity.time_namespace)
  );
}

const isIdentityKey = (key: string): boolean => Object.hasOwn(processEntries, key);
