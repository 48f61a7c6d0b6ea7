/**
 * Flags with a duration or a count.
 *
 * @module
 */
import { formatTimestamp, parseTimestamp } from "../base/time.ts";
import { parseDuration } from "../base/duration.ts";
import { quoted } from "../base/printable.ts";
import { cannotUse } from "./usage-error.ts";

/**
 * Parses a flag's duration, such as `90`, `30s`, `5m`, `2h` or `1d`, into seconds.
 *
 * @throws {OperatorError} of kind `usage`.
 */
export function readDuration(flag: string, value: string): number {
  const seconds = parseDuration(value);
  if (seconds !== undefined) return seconds;
  throw cannotUse(`${quoted(value)} for --${flag}: Expected a duration such as 90, 30s, 5m or 2h`);
}

/**
 * Parses the `--for` of an order into seconds; 0 without one.
 *
 * @throws {OperatorError} of kind `usage`, also for 0.
 */
export function readLength(text: string | undefined): number {
  if (text === undefined) return 0;
  const seconds = readDuration("for", text);
  if (seconds === 0) throw cannotUse(`--for ${text}`, "give a longer time, such as 20m or 1h");
  return seconds;
}

/**
 * Parses a flag's whole number, `least` to 999999.
 *
 * @throws {OperatorError} of kind `usage`.
 */
export function readCount(flag: string, value: string, least: 0 | 1 = 1): number {
  if (/^(?:0|[1-9]\d{0,5})$/.test(value) && Number(value) >= least) return Number(value);
  throw cannotUse(`${quoted(value)} for --${flag}: Expected a whole number, ${least} or more`);
}

/**
 * Parses a flag's moment, a duration from `now` such as `5h` or a time, into a timestamp.
 *
 * @throws {OperatorError} of kind `usage`.
 */
export function readMoment(flag: string, text: string, now: Date): string {
  const seconds = parseDuration(text);
  const moment = seconds === undefined ? parseTimestamp(text) : now.getTime() + 1000 * seconds;
  const timestamp = moment === undefined ? undefined : formatTimestamp(moment);
  if (timestamp !== undefined) return timestamp;
  throw cannotUse(
    `${quoted(text)} for --${flag}: Expected a duration such as 5h, or a time such as 2026-01-31T12:00:00Z`,
  );
}
