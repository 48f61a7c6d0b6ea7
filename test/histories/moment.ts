/**
 * Moments of a history: `1h30m` since its start.
 *
 * @module
 */
import { parseDuration } from "../../lib/base/duration.ts";
import type { Moment } from "./history.ts";

/** Milliseconds of one or several durations in a row. */
export function parseMoment(moment: Moment): number {
  const parts = moment.match(/\d+[smhd]?/g) ?? [];
  const seconds = parts.map((part) => parseDuration(part));
  if (parts.join("") !== moment || seconds.includes(undefined))
    throw new Error(`Not a moment: "${moment}"`);
  return seconds.reduce<number>((sum, each) => sum + (each ?? 0), 0) * 1000;
}
