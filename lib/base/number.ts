/**
 * Schemas of numbers. Each has an upper bound, because JSON such as `1e999` parses as infinity.
 *
 * @module
 */
import * as v from "valibot";

/** A number from 0 to `limit`. */
export const numberUpTo = (limit: number, message: string) =>
  v.pipe(v.number(message), v.minValue(0, message), v.maxValue(limit, message));

/** Seconds: up to about 30 years. */
export const Seconds = numberUpTo(1e9, "Expected seconds, 0 to 1000000000");

/** An amount of work, in any unit. */
export const Amount = numberUpTo(1e15, "Expected a number, 0 or more");

/** A whole number from `least` to `most`; `message` is for each value that is not. */
export const wholeNumberFrom = (least: number, most: number, message: string) =>
  v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(least, message),
    v.maxValue(most, message),
  );

const WHOLE = "Expected a whole number, 0 or more";

/** A count of things. */
export const Count = wholeNumberFrom(0, Number.MAX_SAFE_INTEGER, WHOLE);

const WHOLE_SECONDS = "Expected whole seconds, 0 to 1000000000";

/** Seconds in an operator's settings. */
export const WholeSeconds = wholeNumberFrom(0, 1e9, WHOLE_SECONDS);
