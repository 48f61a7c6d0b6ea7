/**
 * What heartbeat's flags say.
 *
 * @module
 */
import * as v from "valibot";
import type { Said } from "../../rules/beat.ts";
import { quoted } from "../../rules/printable.ts";
import { State } from "../../schemas/heartbeat.ts";
import { JobName, JobStatus } from "../../schemas/job.ts";
import { readDuration } from "./amounts.ts";
import { type Args, readFlag, refusal, textFlag } from "./flags.ts";
import type { SaidOfJob } from "../cell/job.ts";

const OF_A_CELL = ["state", "progress", "activity", "expect"] as const;

/**
 * What a beat of a cell says.
 *
 * @throws {OperatorError} of kind `usage` when a flag is wrong, or belongs to a job.
 */
export function readSaid(args: Args): Said {
  const flag = (name: string) => textFlag(args, name);
  const state = readFlag("state", State, flag("state") ?? "working");
  if (flag("status") !== undefined)
    throw refusal("--status without --job", "a cell's word is --state");
  const activity = readActivity(flag("activity"), flag("expect"));
  const progress = flag("progress");
  return {
    state,
    ...readCommon(args),
    ...(progress === undefined ? {} : { progress: readProgress(progress) }),
    ...(activity === undefined ? {} : { activity }),
  };
}

/**
 * What the record of a job says.
 *
 * @throws {OperatorError} of kind `usage` when a flag is wrong, or belongs to a cell.
 */
export function readSaidOfJob(args: Args, words: readonly string[]): SaidOfJob {
  const flag = (name: string) => textFlag(args, name);
  const stray = OF_A_CELL.find((name) => flag(name) !== undefined);
  if (stray !== undefined) throw refusal(`--${stray} with --job`, "it belongs to a cell's beat");
  const [extra] = words;
  if (extra !== undefined)
    throw refusal(`the mission id ${quoted(extra)} with --job`, "write one or the other");
  return {
    job: readFlag("job", JobName, flag("job")),
    status: readFlag("status", JobStatus, flag("status") ?? "ok"),
    ...readCommon(args),
  };
}

function readCommon(args: Args): Pick<Said, "message" | "interval_seconds"> {
  const flag = (name: string) => textFlag(args, name);
  const message = flag("message");
  const interval = flag("interval");
  return {
    ...(interval === undefined ? {} : { interval_seconds: readDuration("interval", interval) }),
    ...(message === undefined ? {} : { message: readFlag("message", v.string(), message) }),
  };
}

function readActivity(what: string | undefined, expect: string | undefined): Said["activity"] {
  if (what === undefined && expect === undefined) return undefined;
  if (what === undefined) throw refusal("--expect without --activity", "say what takes so long");
  if (expect === undefined)
    throw refusal("--activity without --expect", "say how long it may take, such as --expect 30m");
  return { what, expect_seconds: readDuration("expect", expect) };
}

function readProgress(text: string): NonNullable<Said["progress"]> {
  const [, done, total] = /^(\d{1,15})(?:\/(\d{1,15}))?$/.exec(text) ?? [];
  if (done === undefined) throw refusal(`${quoted(text)} for --progress`, "write it as 3 or 3/10");
  return { done: Number(done), ...(total === undefined ? {} : { total: Number(total) }) };
}
