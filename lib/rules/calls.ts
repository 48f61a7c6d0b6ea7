/**
 * The calls of tools that have begun and not ended.
 *
 * An agent makes several at once, and the short ones must not hide how long another may
 * take. So a beat names the one that may last longest, and carries the others along.
 *
 * @module
 */
import * as v from "valibot";
import type { Heartbeat } from "../schemas/heartbeat.ts";
import { CarriedCalls } from "../schemas/hook.ts";
import { parseTimestamp } from "../schemas/time.ts";
import { shortened } from "./printable.ts";

type Activity = NonNullable<Heartbeat["activity"]>;

export interface Call {
  readonly what: string;
  /** When it should have ended, in milliseconds since 1970. */
  readonly until: number;
  /** The agent's own name for this call; not every agent has one. */
  readonly id?: string | undefined;
}

/** The longest time that is told: as much as the contract allows. */
const LONGEST_MS = 1e12;
/** How many calls a beat carries: those that may last longest. */
const MOST = 16;
const WHAT_LIMIT = 120;
const ID_LIMIT = 64;

/** A call that should have ended by `until`; both times are milliseconds since 1970. */
export const newCall = (
  what: string,
  id: string | undefined,
  until: number,
  now: number,
): Call => ({
  what: shortened(what, WHAT_LIMIT),
  until: Math.min(until, now + LONGEST_MS),
  ...(id === undefined ? {} : { id: shortened(id, ID_LIMIT) }),
});

/**
 * The calls that an activity told at `moment` tells of, and that may last beyond `now`. An
 * activity without a list, which the agent told by other means, is a call as well. An agent
 * may write there what it likes: it makes no call longer, and no beat larger, than ours are.
 */
export function callsOf(activity: Activity | undefined, moment: number, now: number): Call[] {
  if (activity === undefined) return [];
  const { what, expect_seconds: seconds } = activity;
  const carried = v.safeParse(CarriedCalls, activity["calls"]);
  const calls = carried.success
    ? carried.output.map((call) => ({ ...call, until: parseTimestamp(call.until) ?? now }))
    : [{ what, until: moment + 1000 * seconds, id: undefined }];
  return calls
    .filter(({ until }) => until > now)
    .map((call) => newCall(call.what, call.id, call.until, now));
}

/** The calls with one more; it takes the place of one of the same id, which was told twice. */
export const withCall = (calls: readonly Call[], begun: Call): Call[] => [
  ...calls.filter(({ id }) => id === undefined || id !== begun.id),
  begun,
];

/**
 * The calls without one that has ended: that of its id, or of those that look alike the one
 * that should have ended first, so that what is left is never too short.
 */
export function withoutCall(calls: readonly Call[], ended: Pick<Call, "what" | "id">): Call[] {
  const ofId = calls.filter(({ id }) => id !== undefined && id === ended.id);
  const alike = calls.filter(
    ({ id, what }) => what === ended.what && (id === undefined || ended.id === undefined),
  );
  const [gone] = [...ofId, ...alike.toSorted((a, b) => a.until - b.until)];
  return calls.filter((call) => call !== gone);
}

/** What a beat at `now` says of the calls; undefined when there are none. */
export function activityOf(calls: readonly Call[], now: number): Activity | undefined {
  const kept = calls.toSorted((a, b) => b.until - a.until).slice(0, MOST);
  const [longest] = kept;
  if (longest === undefined) return undefined;
  return {
    what: longest.what,
    expect_seconds: Math.ceil((longest.until - now) / 1000),
    calls: kept.map((call) => ({ ...call, until: new Date(call.until).toISOString() })),
  };
}
