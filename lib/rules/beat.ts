/**
 * The heartbeat to write next.
 *
 * @module
 */
import type { Heartbeat } from "../schemas/heartbeat.ts";
import type { Writer } from "./seed.ts";

/** What the caller says with a beat. */
export type Said = Pick<
  Heartbeat,
  "state" | "message" | "interval_seconds" | "progress" | "activity"
>;

/**
 * The beat of `id` at `now`, following `last` (undefined when that could not be read).
 * `run_id` is kept while the same process on the same boot beats on; `freshRunId` starts
 * a new run. A beat without an interval keeps the last one's of the same boot: who beats now
 * and then beside who beats in a rhythm changes nothing about it.
 */
export function nextBeat(
  id: string,
  said: Said,
  last: Heartbeat | undefined,
  writer: Writer,
  freshRunId: string,
  now: Date,
): Heartbeat {
  const before = sinceBoot(last, writer);
  const sameRun = before?.pid === writer.pid;
  const interval = before?.interval_seconds;
  const { state, ...rest } = said;
  return {
    schema_version: 1,
    mission_id: id,
    timestamp: now.toISOString(),
    state,
    seq: following(last),
    ...writer,
    run_id: (sameRun ? before.run_id : undefined) ?? freshRunId,
    ...(interval === undefined ? {} : { interval_seconds: interval }),
    ...rest,
  };
}

/** The last beat, if it comes from the writer's host and boot: what an earlier one said is over. */
export const sinceBoot = (
  last: Heartbeat | undefined,
  { host, boot_id }: Pick<Writer, "host" | "boot_id">,
): Heartbeat | undefined => (last?.boot_id === boot_id && last.host === host ? last : undefined);

/**
 * The beat of `id` at `now` as its agent sent it from elsewhere, following `last`. The time
 * is the receiver's; who the agent is, it says itself.
 */
export const relayedBeat = (
  id: string,
  sent: Heartbeat,
  last: Heartbeat | undefined,
  now: Date,
): Heartbeat => ({
  ...sent,
  schema_version: 1,
  mission_id: id,
  timestamp: now.toISOString(),
  seq: following(last),
});

/** The number of the beat after `last`; it starts anew where no larger one is exact. */
function following(last: Heartbeat | undefined): number {
  const seq = last?.seq ?? 0;
  return seq < Number.MAX_SAFE_INTEGER ? seq + 1 : 1;
}
