/**
 * The tool calls in progress.
 *
 * An agent makes several calls at once, and a short one must not hide how long another may take.
 * So a beat names the call that may last longest, and lists the others.
 *
 * @module
 */
import * as v from "valibot";
import type { Heartbeat } from "../../contract/heartbeat.ts";
import { ActivityCalls } from "./hook-event.ts";
import { defined } from "../../base/defined.ts";
import { parseTimestamp } from "../../base/time.ts";
import { shortened } from "../../base/printable.ts";

type Activity = NonNullable<Heartbeat["activity"]>;

export interface ToolCall {
  readonly what: string;
  /** When it should have ended, in milliseconds since 1970. */
  readonly until: number;
  /** The agent's id of this call; not every agent has one. */
  readonly id?: string | undefined;
}

/** The contract's maximum for expected times. */
const MAX_EXPECTED_MS = 1e12;
/** The number of calls in a beat: those that may last longest. */
const MAX_CALLS = 16;
const WHAT_CHARACTERS = 120;
const ID_CHARACTERS = 64;

/** A call with its texts and time within the limits; `now` is in milliseconds since 1970. */
export const boundedCall = ({ what, until, id }: ToolCall, now: number): ToolCall =>
  defined({
    what: shortened(what, WHAT_CHARACTERS),
    until: Math.min(until, now + MAX_EXPECTED_MS),
    id: id === undefined ? undefined : shortened(id, ID_CHARACTERS),
  });

/**
 * The calls in an activity written at `writtenAt` that may last beyond `now`. An activity without
 * a list, which the agent wrote by other means, counts as one call. Calls that the agent wrote
 * itself get the same limits as ours.
 */
export function callsIn(
  activity: Activity | undefined,
  writtenAt: number,
  now: number,
): ToolCall[] {
  if (activity === undefined) return [];
  const { what, expect_seconds: seconds } = activity;
  const listed = v.safeParse(ActivityCalls, activity["calls"]);
  const calls = listed.success
    ? listed.output.map((call) => ({ ...call, until: parseTimestamp(call.until) ?? now }))
    : [{ what, until: writtenAt + 1000 * seconds, id: undefined }];
  return calls.filter(({ until }) => until > now).map((call) => boundedCall(call, now));
}

/** Adds a call; it replaces one with the same id, because an event may be delivered twice. */
export const withCall = (calls: readonly ToolCall[], begun: ToolCall): ToolCall[] => [
  ...calls.filter(({ id }) => id === undefined || id !== begun.id),
  begun,
];

/**
 * Removes a call that has ended: the one with its id, or of those with the same description the
 * one that should have ended first, so that the remaining expected times are not too short.
 */
export function withoutCall(
  calls: readonly ToolCall[],
  ended: Pick<ToolCall, "what" | "id">,
): ToolCall[] {
  const withId = calls.filter(({ id }) => id !== undefined && id === ended.id);
  const similar = calls.filter(
    ({ id, what }) => what === ended.what && (id === undefined || ended.id === undefined),
  );
  const [removed] = [...withId, ...similar.toSorted((a, b) => a.until - b.until)];
  return calls.filter((call) => call !== removed);
}

/** The activity of a beat at `now` with these calls; undefined when there are none. */
export function activityOf(calls: readonly ToolCall[], now: number): Activity | undefined {
  const longestFirst = calls.toSorted((a, b) => b.until - a.until).slice(0, MAX_CALLS);
  const [longest] = longestFirst;
  if (longest === undefined) return undefined;
  return {
    what: longest.what,
    expect_seconds: Math.ceil((longest.until - now) / 1000),
    calls: longestFirst.map((call) => ({ ...call, until: new Date(call.until).toISOString() })),
  };
}
