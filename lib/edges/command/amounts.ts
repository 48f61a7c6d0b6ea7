/**
 * Flags that name an amount: a time, or how many.
 *
 * @module
 */
import { parseDuration } from "../../rules/duration.ts";
import { quoted } from "../../rules/printable.ts";
import { refusal } from "./flags.ts";

/**
 * The seconds that a flag names, as `90`, `30s`, `5m`, `2h` or `1d`.
 *
 * @throws {OperatorError} of kind `usage`.
 */
export function readDuration(flag: string, value: string): number {
  const seconds = parseDuration(value);
  if (seconds !== undefined) return seconds;
  throw refusal(`${quoted(value)} for --${flag}: Expected a time such as 90, 30s, 5m or 2h`);
}

/**
 * The whole number from 1 to a million that a flag names.
 *
 * @throws {OperatorError} of kind `usage`.
 */
export function readCount(flag: string, value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  throw refusal(`${quoted(value)} for --${flag}: Expected a whole number, 1 or more`);
}
