/**
 * A moment as the contract writes it: RFC 3339 with a zone.
 *
 * `Date.parse` bends what it does not like (31 February becomes 3 March) and answers NaN
 * for some of what looser checks let through; NaN compares false with every limit, and so
 * would read as fresh. Both are refused here instead.
 *
 * @module
 */
import * as v from "valibot";

const RFC3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d+)?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** The first and the last millisecond of the years 0000 to 9999. */
const FIRST = -62_167_219_200_000;
const LAST = 253_402_300_799_999;

/**
 * Milliseconds since 1970 of an RFC 3339 timestamp, or undefined where there is no such
 * moment in the years 0000 to 9999 (UTC). A leap second (`:60`) has no such number.
 */
export function parseTimestamp(text: string): number | undefined {
  const parts = RFC3339.exec(text);
  if (parts === null) return undefined;
  const local = Date.parse(`${parts[1]}T${parts[2]}Z`);
  if (new Date(local).getUTCDate() !== Number(text.slice(8, 10))) return undefined;
  const moment = local + Number(`${parts[3] ?? "."}000`.slice(1, 4)) - offsetOf(parts);
  return FIRST <= moment && moment <= LAST ? moment : undefined;
}

/**
 * A moment as we write it, in UTC with milliseconds; undefined where it lies in none of the
 * years that `parseTimestamp` takes.
 */
export const formatTimestamp = (moment: number): string | undefined =>
  FIRST <= moment && moment <= LAST ? new Date(moment).toISOString() : undefined;

/** The milliseconds by which a zone is ahead of UTC. */
function offsetOf([, , , , sign, hours, minutes]: RegExpExecArray): number {
  if (sign === undefined) return 0;
  return (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -60_000 : 60_000);
}

/** True for a timestamp that names a real moment. */
export const isTimestamp = (text: string): boolean => parseTimestamp(text) !== undefined;

const EXPECTED = "Expected an RFC 3339 time with a zone, such as 2026-01-31T12:00:00Z";

/** Schema of a timestamp: a real moment, with `Z` or an offset. */
export const Timestamp = v.pipe(
  v.string(EXPECTED),
  v.regex(RFC3339, EXPECTED),
  v.check(isTimestamp, EXPECTED),
);
