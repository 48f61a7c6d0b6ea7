/**
 * Reading the flags of heartbeat.
 *
 * @module
 */
import * as v from "valibot";
import type { BeatFields } from "../rules/next-beat.ts";
import { defined } from "../../base/defined.ts";
import { quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { State, WAITING_STATE } from "../../contract/heartbeat.ts";
import { processIdentity } from "../../host/host.ts";
import { isDead, processExists, processFacts } from "../../host/process.ts";
import { readDuration, readMoment } from "../../cli/value-flags.ts";
import { readFlag } from "../../cli/flags.ts";
import { type Flags, textFlag } from "../../cli/flag-values.ts";
import { cannotUse } from "../../cli/usage-error.ts";

/** The flags of a beat that a job's record does not take. */
export const CELL_ONLY_FLAGS = [
  "state",
  "progress",
  "activity",
  "expect",
  "until",
  "process",
] as const;
export type BeatFlag = (typeof CELL_ONLY_FLAGS)[number] | "message" | "interval" | "status" | "job";

/**
 * The fields of a cell's beat; `now` is the start of durations.
 *
 * @throws {OperatorError} of kind `usage` when a flag is wrong, or belongs to a job; of kind
 *   `no_input` when the process to vouch for does not exist.
 */
export function readBeatFlags(args: Flags<BeatFlag>, now: Date): BeatFields {
  const flag = (name: BeatFlag) => textFlag(args, name);
  const state = readFlag("state", State, flag("state") ?? "working");
  if (flag("status") !== undefined)
    throw cannotUse("--status without --job", "for a cell, use --state");
  const activity = readActivity(flag("activity"), flag("expect"));
  const [progress, process] = [flag("progress"), flag("process")];
  return {
    state,
    ...readCommonFlags(args),
    ...defined({
      progress: progress === undefined ? undefined : readProgress(progress),
      activity,
      until: readUntil(flag("until"), state, now),
      process: process === undefined ? undefined : readProcess(process),
    }),
  };
}

/** The fields that beats of a cell and records of a job have in common. */
export function readCommonFlags(
  args: Flags<"message" | "interval">,
): Pick<BeatFields, "message" | "interval_seconds"> {
  const flag = (name: "message" | "interval") => textFlag(args, name);
  const message = flag("message");
  const interval = flag("interval");
  return defined({
    interval_seconds: interval === undefined ? undefined : readDuration("interval", interval),
    message: message === undefined ? undefined : readFlag("message", v.string(), message),
  });
}

function readActivity(
  what: string | undefined,
  expect: string | undefined,
): BeatFields["activity"] {
  if (what === undefined && expect === undefined) return undefined;
  if (what === undefined)
    throw cannotUse("--expect without --activity", "name the activity with --activity");
  if (expect === undefined)
    throw cannotUse(
      "--activity without --expect",
      "add how long it may take, such as --expect 30m",
    );
  return { what, expect_seconds: readDuration("expect", expect) };
}

/** A moment, or a duration from `now`, until which the agent waits. */
function readUntil(text: string | undefined, state: string, now: Date): string | undefined {
  if (text === undefined) return undefined;
  if (state !== WAITING_STATE)
    throw cannotUse("--until without --state waiting", "add --state waiting");
  return readMoment("until", text, now);
}

/** The identity of a running process, by its pid. */
function readProcess(text: string): BeatFields["process"] {
  const pid = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined;
  if (pid === undefined)
    throw cannotUse(`${quoted(text)} for --process: Expected the pid of a process`);
  const facts = processFacts(pid);
  if (processExists(pid) && !(facts !== undefined && isDead(facts))) return processIdentity(pid);
  throw new OperatorError(
    "no_input",
    `Cannot vouch for process ${pid}: there is no such process`,
    "give the pid of the running agent, such as: --process $$",
  );
}

function readProgress(text: string): NonNullable<BeatFields["progress"]> {
  const [, done, total] = /^(\d{1,15})(?:\/(\d{1,15}))?$/.exec(text) ?? [];
  if (done === undefined)
    throw cannotUse(`${quoted(text)} for --progress`, "write it as 3 or 3/10");
  return defined({ done: Number(done), total: total === undefined ? undefined : Number(total) });
}
