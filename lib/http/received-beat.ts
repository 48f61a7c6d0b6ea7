/**
 * Writes a heartbeat received over HTTP.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { receivedBeat } from "../cell/rules/next-beat.ts";
import { type Fault, OperatorError } from "../base/errors.ts";
import type { Heartbeat } from "../contract/heartbeat.ts";
import { writeNextBeat } from "../cell/heartbeat/beat.ts";
import { openRoot } from "../host/files/directory.ts";

/** A beat that waits longer for the disk is dropped: its agent has sent another by then. */
export const BEAT_DEADLINE_MS = 5000;

/** A beat as its agent sent it. */
export interface ReceivedBeat {
  readonly root: string;
  readonly id: string;
  readonly heartbeat: Heartbeat;
  /** When it arrived; this becomes its timestamp. */
  readonly receivedAt: Date;
}

/** What was written, or the fault that prevented it. */
export type BeatResult =
  { readonly timestamp: string; readonly seq: number | undefined } | { readonly fault: Fault };

/** Writes a beat. Returns only the fault of an OperatorError: its message has paths of the host. */
export function writeReceivedBeat(beat: ReceivedBeat): BeatResult {
  if (Date.now() - beat.receivedAt.getTime() > BEAT_DEADLINE_MS) return { fault: "try_again" };
  try {
    return writeUnder(beat);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { fault: error.fault };
  }
}

function writeUnder({ root: path, id, heartbeat, receivedAt }: ReceivedBeat): BeatResult {
  const root = openRoot(path);
  const next = (last: Heartbeat | undefined) => receivedBeat(id, heartbeat, last, receivedAt);
  try {
    const { timestamp, seq } = writeNextBeat({ root, id }, next, { now: receivedAt });
    return { timestamp, seq };
  } finally {
    root.close();
  }
}
