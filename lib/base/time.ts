/**
 * Timestamps of the contract: RFC 3339 with a zone.
 *
 * `Date.parse` rolls invalid dates over (31 February becomes 3 March) and returns NaN for others;
 * NaN compares false with every limit, so it would count as fresh. Both are rejected here.
 *
 * @module
 */
import * as v from "valibot";

const RFC3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d+)?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** The first and the last millisecond of the years 0000 to 9999. */
const FIRST_MS = -62_167_219_200_000;
const LAST_MS = 253_402_300_799_999;

/**
 * Milliseconds since 1970 of an RFC 3339 timestamp; undefined if it is invalid or outside the
 * years 0000 to 9999 (UTC). Leap seconds (`:60`) are invalid.
 */
export function parseTimestamp(text: string): number | undefined {
  if (text !== lastText) [lastText, lastMoment] = [text, momentIn(text)];
  return lastMoment;
}

/** The last result: a verdict asks for the moment of one beat many times. */
let lastText = "";
let lastMoment: number | undefined;

const momentIn = (text: string): number | undefined => plainMoment(text) ?? anyMoment(text);

/** `2026-01-31T12:00:00.000Z` or `2026-01-31T12:00:00Z`, of any day but 29 February. */
const PLAIN =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z$/;

/** The moment of what nearly all writers use; undefined for any other text. A third of the time of `anyMoment`. */
const plainMoment = (text: string): number | undefined =>
  PLAIN.test(text) ? Date.parse(text) : undefined;

function anyMoment(text: string): number | undefined {
  const parts = RFC3339.exec(text);
  if (parts === null) return undefined;
  const local = Date.parse(`${parts[1]}T${parts[2]}Z`);
  if (new Date(local).getUTCDate() !== Number(text.slice(8, 10))) return undefined;
  const moment = local + Number(`${parts[3] ?? "."}000`.slice(1, 4)) - offsetOf(parts);
  return FIRST_MS <= moment && moment <= LAST_MS ? moment : undefined;
}

/**
 * Formats milliseconds since 1970 in UTC with milliseconds; undefined outside the years that
 * `parseTimestamp` accepts.
 */
export const formatTimestamp = (moment: number): string | undefined =>
  FIRST_MS <= moment && moment <= LAST_MS ? new Date(moment).toISOString() : undefined;

/** `2026-01-31T12:00:00.000Z`: nothing else that is valid has this length, this T and this Z. */
const isInUtc = (timestamp: string): boolean =>
  timestamp.length === 24 && timestamp.charAt(10) === "T" && timestamp.endsWith("Z");

/** A timestamp in UTC with milliseconds, whatever its zone and precision; an invalid one unchanged. */
export function inUtc(timestamp: string): string {
  if (isInUtc(timestamp)) return timestamp;
  const moment = parseTimestamp(timestamp);
  return moment === undefined ? timestamp : new Date(moment).toISOString();
}

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
