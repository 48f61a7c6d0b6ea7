/**
 * Reports the end of a run to its record and its monitor.
 *
 * @module
 */
import { defined } from "../base/defined.ts";
import { isGoodEnd } from "../jobs/rules/declaration.ts";
import type { JobEnd } from "../jobs/rules/job-record.ts";
import { outputText } from "./rules/output-tail.ts";
import { storeOutput } from "../jobs/output-store.ts";
import { type BestEffort, warnOnStderr } from "./best-effort.ts";
import type { CommandExit } from "./command.ts";
import type { Pinger } from "./ping.ts";
import type { Recorder } from "./record.ts";
import type { RunPlan } from "./run-plan.ts";

/** The end of a run that took `ms` milliseconds. */
export function describeEnd(
  exit: CommandExit,
  endedAt: Date,
  ms: number,
  hasTimedOut: boolean,
): JobEnd {
  const status = exit.code === 0 ? "ok" : "fail";
  return {
    status: hasTimedOut ? "timeout" : status,
    endedAt,
    duration_ms: Math.round(ms),
    exit_code: exit.code,
    signal: exit.signal,
    cpu_ms: exit.cpuMs,
    peak_memory_bytes: exit.peakBytes,
  };
}

/** Where the end of a run is reported. */
export interface EndReceivers {
  readonly recorder: Recorder | undefined;
  readonly pinger: Pinger | undefined;
  readonly bestEffort: BestEffort;
  readonly plan: RunPlan;
  /** Prints the output that was not printed yet. */
  readonly printOutput?: () => Promise<void> | undefined;
}

/** The end, `ok` if its exit code counts as success. The exit code stays, and is passed on. */
async function withOkCodes(end: JobEnd, plan: RunPlan, bestEffort: BestEffort): Promise<JobEnd> {
  if (end.status !== "fail") return end;
  const ok_codes = await bestEffort(() => okCodesOf(plan));
  return isGoodEnd(end, defined({ ok_codes })) ? { ...end, status: "ok" } : end;
}

/** The codes of the configuration, else those of the flag. A run without a job needs no settings. */
function okCodesOf({ job, okCodes, settings }: RunPlan): number[] | undefined {
  if (job === undefined) return okCodes;
  const { jobs } = settings();
  return (Object.hasOwn(jobs, job.name) ? jobs[job.name]?.ok_codes : undefined) ?? okCodes;
}

/**
 * Reports to the record and the monitor concurrently, within 5 seconds; `output` is the last part of
 * the command's.
 */
export async function reportEnd(
  { recorder, pinger, bestEffort, plan, printOutput }: EndReceivers,
  ended: JobEnd,
  output?: Uint8Array,
): Promise<void> {
  const end = await withOkCodes(ended, plan, bestEffort);
  const printed = end.status === "ok" ? undefined : printOutput?.();
  const body = plan.pingsOutput ? output : undefined;
  const pinged = pinger?.end(end.exit_code, end.status !== "ok", body);
  const record = async () => {
    const stored =
      output && plan.captures ? await bestEffort(() => storeEndOutput(output, plan)) : undefined;
    await recorder?.end({ ...end, ...stored });
  };
  await Promise.all([waitForRecord(record(), recorder?.giveUp), pinged, printed]);
}

/** Stores a job's output; returns the record's fields that lead to it. */
const storeEndOutput = (output: Uint8Array, { job, settings }: RunPlan) =>
  job && storeOutput(job.name, outputText(output), settings());

/** How long the record may delay the end of a run; pings have the same time, concurrently. */
const RECORD_DEADLINE_MS = 5000;

/**
 * Waits for the record of the end, up to the deadline: to the caller, a longer delay would look like
 * the command's own. Then `giveUp` ends the writer, so that writers do not pile up behind a cron job.
 */
async function waitForRecord(
  recorded: Promise<unknown> | undefined,
  giveUp: (() => void) | undefined,
): Promise<void> {
  const late = Symbol("late");
  const first = await Promise.race([recorded, Bun.sleep(RECORD_DEADLINE_MS).then(() => late)]);
  if (first !== late) return;
  giveUp?.();
  warnOnStderr(`Gave up recording the end after ${RECORD_DEADLINE_MS / 1000} s`);
}
