/**
 * The flags of `heartbeat run` that declare when its job is to run, and what counts as good.
 *
 * @module
 */
import * as v from "valibot";
import { defined } from "../base/defined.ts";
import { FailureCount, OkCodes, Schedule, TimeZone } from "../contract/job-declaration.ts";
import { scheduleFlaw } from "../contract/schedule.ts";
import { readFlag } from "../cli/flags.ts";
import { type Flags, textFlag } from "../cli/flag-values.ts";
import { cannotUse } from "../cli/usage-error.ts";
import { readDuration } from "../cli/value-flags.ts";
import { quoted } from "../base/printable.ts";
import type { Declared } from "../jobs/rules/declaration.ts";

/** The flags of a job's declaration; `--ok-codes` also serves pings. */
export const DECLARATION_FLAGS = [
  "period",
  "schedule",
  "timezone",
  "grace",
  "max-runtime",
  "min-interval",
  "failures",
] as const;
export type DeclarationFlag = (typeof DECLARATION_FLAGS)[number];

/**
 * Reads what the flags declare; `interval` is a period by another flag.
 *
 * @throws {OperatorError} of kind `usage`.
 */
export function readDeclaration(
  flags: Flags<DeclarationFlag>,
  interval: string | undefined,
): Declared {
  const seconds = (flag: DeclarationFlag, text = textFlag(flags, flag)) =>
    text === undefined ? undefined : readDuration(flag, text);
  const failures = textFlag(flags, "failures");
  const timing = readSchedule(flags);
  const period = seconds("period") ?? seconds("period", interval);
  if (timing.schedule !== undefined && period !== undefined)
    throw cannotUse("--schedule together with --period", "give one of them");
  return defined({
    interval_seconds: period,
    ...timing,
    grace_seconds: seconds("grace"),
    max_runtime_seconds: seconds("max-runtime"),
    min_interval_seconds: seconds("min-interval"),
    failures:
      failures === undefined ? undefined : readFlag("failures", FailureCount, Number(failures)),
  });
}

function readSchedule(flags: Flags<DeclarationFlag>): Pick<Declared, "schedule" | "timezone"> {
  const [schedule, timezone] = [textFlag(flags, "schedule"), textFlag(flags, "timezone")];
  if (schedule === undefined) {
    if (timezone === undefined) return {};
    throw cannotUse("--timezone without --schedule", "add --schedule");
  }
  const zone = timezone === undefined ? undefined : readFlag("timezone", TimeZone, timezone);
  const flaw = scheduleFlaw(readFlag("schedule", Schedule, schedule), zone);
  if (flaw === undefined) return defined({ schedule, timezone: zone });
  const isZone = flaw.includes("time zone");
  const given = isZone
    ? `${quoted(zone ?? "")} for --timezone`
    : `${quoted(schedule)} for --schedule`;
  throw cannotUse(`${given}: ${flaw}`);
}

/**
 * Reads exit codes such as `0,24`.
 *
 * @throws {OperatorError} of kind `usage`.
 */
export function readOkCodes(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  const codes = text.split(",").map((each) => (/^\d{1,3}$/.test(each) ? Number(each) : Number.NaN));
  if (v.is(OkCodes, codes)) return codes;
  throw cannotUse(`${quoted(text)} for --ok-codes: Expected exit codes such as 0,24`);
}
