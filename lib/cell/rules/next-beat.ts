/**
 * The heartbeat to write next.
 *
 * @module
 */
import { type Heartbeat, STUCK_STATE, WAITING_STATE } from "../../contract/heartbeat.ts";
import { defined } from "../../base/defined.ts";
import { parseTimestamp } from "../../base/time.ts";
import type { Writer } from "./seed.ts";

/** The fields of a heartbeat that its caller chooses. */
export type BeatFields = Pick<
  Heartbeat,
  | "state"
  | "message"
  | "interval_seconds"
  | "progress"
  | "activity"
  | "until"
  | "on_events"
  | "process"
  | "runner"
  | "exit"
  | "other_writer"
>;

/** What a beat vouches for: the agent's process, its wrapper, and the run that they belong to. */
export type Vouching = Pick<Heartbeat, "process" | "runner" | "run_id">;

export interface BeatInput {
  readonly id: string;
  readonly fields: BeatFields;
  readonly writer: Writer;
  /** The run id for a new run. */
  readonly freshRunId: string;
  readonly now: Date;
  /** What the last beat vouches for, if its writer and this one belong to one process tree. */
  readonly kept?: Vouching;
}

/**
 * The beat after `last`, which is undefined if it could not be read. A process keeps its
 * `run_id` for as long as it beats on the same boot. A beat without an interval keeps that of
 * the last beat on the same boot, so that an occasional beat does not change the rhythm of a
 * regular one. Of what the last beat vouches for, only `kept` is in the next one: another
 * writer's process says nothing about this one, and a recorded end belongs to its own run.
 */
export function nextBeat(
  last: Heartbeat | undefined,
  { id, fields, writer, freshRunId, now, kept = {} }: BeatInput,
): Heartbeat {
  const { run_id: keptRunId, ...vouching } = kept;
  const before = sameBootBeat(last, writer);
  const isSameRun = before?.pid === writer.pid;
  const interval = before?.interval_seconds;
  const { state, ...rest } = fields;
  return {
    schema_version: 1,
    mission_id: id,
    timestamp: now.toISOString(),
    state,
    seq: nextSeq(last),
    ...writer,
    run_id: (isSameRun ? before.run_id : keptRunId) ?? freshRunId,
    ...defined({ interval_seconds: interval, state_since: stateSince(last, state, now) }),
    ...vouching,
    ...rest,
  };
}

/** The states whose duration matters to the verdict. */
const TIMED_STATES: readonly string[] = [WAITING_STATE, STUCK_STATE];

/** When a timed state began; undefined for the first beat that has it. */
function stateSince(last: Heartbeat | undefined, state: string, now: Date): string | undefined {
  if (last?.state !== state || !TIMED_STATES.includes(state)) return undefined;
  const since = last.state_since ?? last.timestamp;
  // A start in the future would let the state last longer than its limit.
  return (parseTimestamp(since) ?? Number.POSITIVE_INFINITY) > now.getTime() ? undefined : since;
}

/** `last`, if it comes from the writer's host and boot: one from an earlier boot is out of date. */
export const sameBootBeat = (
  last: Heartbeat | undefined,
  { host, boot_id }: Pick<Writer, "host" | "boot_id">,
): Heartbeat | undefined => (last?.boot_id === boot_id && last.host === host ? last : undefined);

/**
 * The beat after `last` for a beat that an agent sent over HTTP. The time is the receiver's; host,
 * boot and pid are those that the agent sent. It vouches for no process: a sender could name any
 * process of this host.
 */
export const receivedBeat = (
  id: string,
  sent: Heartbeat,
  last: Heartbeat | undefined,
  now: Date,
): Heartbeat => {
  const { process: _process, runner: _runner, ...fields } = sent;
  return {
    ...fields,
    schema_version: 1,
    mission_id: id,
    timestamp: now.toISOString(),
    seq: nextSeq(last),
  };
};

/** The sequence number after `last`; it restarts at 1 beyond the largest exact integer. */
function nextSeq(last: Heartbeat | undefined): number {
  const seq = last?.seq ?? 0;
  return seq < Number.MAX_SAFE_INTEGER ? seq + 1 : 1;
}
