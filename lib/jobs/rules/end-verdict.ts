/**
 * Whether the last run that ended did so well.
 *
 * @module
 */
import type { JobHistory, LastEnd } from "../../contract/job-run.ts";
import { defined } from "../../base/defined.ts";
import { exitMeaning } from "../../verdict/exit-meaning.ts";
import { type Declared, isGoodEnd } from "./declaration.ts";
import type { Judgement } from "./judgement.ts";

/** Judges the last end. */
export function judgeEnd(history: JobHistory, declared: Declared): Judgement[] {
  const { last_end: end, failures_in_a_row: count = 0 } = history;
  if (end === undefined || isGoodEnd(end, declared)) return [];
  const isLost = end.status === "lost";
  const how = isLost ? "its end was never reported" : howItFailed(end);
  return [judgeFailure([isLost ? "lost" : "failed", how], count, declared)];
}

/** A failure or loss, the `count`th in a row: `failing` below the number that was declared an alarm. */
export function judgeFailure(
  [health, how]: Judgement,
  count: number,
  { failures: alarmAt = 1 }: Declared,
): Judgement {
  if (count < alarmAt) return ["failing", `${how}: ${count} of ${alarmAt} in a row`];
  return [health, count > 1 ? `${how}, ${count} in a row` : how];
}

function howItFailed({ status, signal, exit_code, message }: LastEnd): string {
  const by = signal === undefined ? `it ended with ${exit_code}` : `it was ended by ${signal}`;
  // A message explains more, and after a timeout the wrapper, not the kernel, sent the signal.
  const isExplained = message !== undefined || status === "timeout";
  const how = isExplained ? by : by + exitMeaning(defined({ code: exit_code, signal }));
  const ended = signal === undefined && exit_code === undefined ? "" : `: ${how}`;
  const details = message === undefined ? "" : `: ${message}`;
  return `${status === "timeout" ? "took too long" : "failed"}${ended}${details}`;
}
