/**
 * The end of a run, and who is told of it.
 *
 * @module
 */
import type { JobEnd } from "../../rules/job-record.ts";
import { outputText } from "../../rules/output.ts";
import { tellAside } from "./aside.ts";
import type { Ending } from "./command.ts";
import type { Pinger } from "./ping.ts";
import type { Recorder } from "./record.ts";

/** How a run ended whose command ended so, after `ms` milliseconds. */
export function describeEnd(end: Ending, endedAt: Date, ms: number, tookTooLong: boolean): JobEnd {
  const status = end.code === 0 ? "ok" : "fail";
  return {
    status: tookTooLong ? "timeout" : status,
    endedAt,
    duration_ms: Math.round(ms),
    exit_code: end.code,
    signal: end.signal,
    cpu_ms: end.cpuMs,
    peak_memory_bytes: end.peakBytes,
  };
}

/** Tells the record and the monitor beside each other, and waits for both, but not for long. */
export async function tellEnd(
  recorder: Recorder | undefined,
  pinger: Pinger | undefined,
  end: JobEnd,
  output?: Uint8Array,
): Promise<void> {
  const pinged = pinger?.end(end.exit_code, end.status !== "ok", output);
  const recorded = recorder?.end({ ...end, output: output && outputText(output) });
  await Promise.all([waitForRecord(recorded, recorder?.giveUp), pinged]);
}

/** How long the end of a run may be held up by its record; its pings have as long, beside it. */
const REST_MS = 5000;

/**
 * Waits for the record of the end, but not for long: whoever waits for the command waits for
 * us. What was started for it is ended then, by `giveUp`: it must not pile up behind a cron job.
 */
async function waitForRecord(
  recorded: Promise<unknown> | undefined,
  giveUp: (() => void) | undefined,
): Promise<void> {
  const late = Symbol("late");
  const met = await Promise.race([recorded, Bun.sleep(REST_MS).then(() => late)]);
  if (met !== late) return;
  giveUp?.();
  tellAside(`Gave up recording the end after ${REST_MS / 1000} s`);
}
