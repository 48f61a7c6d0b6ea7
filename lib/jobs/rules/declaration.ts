/**
 * What was declared of a job: how often it is to run, and what counts as good.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import type { JobRecord } from "../../contract/job.ts";
import { type JobDeclaration, secondsOf } from "../../contract/job-declaration.ts";
import type { LastEnd } from "../../contract/job-run.ts";

/** The fields of a record that `heartbeat run` writes from its flags. */
const DECLARED = [
  "interval_seconds",
  "schedule",
  "timezone",
  "grace_seconds",
  "max_runtime_seconds",
  "min_interval_seconds",
  "ok_codes",
  "failures",
] as const;
export type Declared = Pick<JobRecord, (typeof DECLARED)[number]>;

/** The part of a record that was declared. */
export const declaredIn = (record: Declared | undefined): Declared =>
  defined(Object.fromEntries(DECLARED.map((name) => [name, record?.[name]])));

/** What holds for a job: the configuration, and where that is silent, its record. */
export function declarationOf(
  record: Declared | undefined,
  configured: JobDeclaration | undefined,
): Declared {
  if (configured === undefined) return declaredIn(record);
  const { schedule, timezone, period, grace, max_runtime, min_interval, ...same } = configured;
  const given = declaredIn(record);
  if (schedule !== undefined || period !== undefined)
    for (const name of ["interval_seconds", "schedule", "timezone"] as const) delete given[name];
  const seconds = {
    interval_seconds: secondsOf(period),
    grace_seconds: secondsOf(grace),
    max_runtime_seconds: secondsOf(max_runtime),
    min_interval_seconds: secondsOf(min_interval),
  };
  return { ...given, ...defined({ ...same, schedule, timezone, ...seconds }) };
}

/** True for an end that counts as good: `ok`, or an exit code that was declared to be. */
export const isGoodEnd = (
  { status, exit_code, signal }: Pick<LastEnd, "status" | "exit_code" | "signal">,
  { ok_codes = [] }: Pick<Declared, "ok_codes">,
): boolean =>
  status === "ok" ||
  (status === "fail" &&
    signal === undefined &&
    exit_code !== undefined &&
    ok_codes.includes(exit_code));
