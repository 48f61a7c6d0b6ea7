/**
 * Writing a beat that came over HTTP.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import { relayedBeat } from "../../rules/beat.ts";
import { type Fault, OperatorError } from "../../schemas/errors.ts";
import type { Heartbeat } from "../../schemas/heartbeat.ts";
import { writeNext } from "../cell/beat.ts";
import { openRoot } from "../host/directory.ts";

/** In milliseconds; what waited longer for the disk is not written: its agent has sent another. */
export const LATEST_MS = 5000;

/** A beat as an agent sent it. */
export interface SentBeat {
  readonly root: string;
  readonly id: string;
  readonly said: Heartbeat;
  /** When it came, which becomes its time. */
  readonly at: Date;
}

/** What was written, or why nothing was. */
export type Written =
  { readonly timestamp: string; readonly seq: number | undefined } | { readonly fault: Fault };

/** Writes a beat; an operator's error is given by its word alone, for its text names paths of the host. */
export function writeSent({ root: path, id, said, at }: SentBeat): Written {
  if (Date.now() - at.getTime() > LATEST_MS) return { fault: "try_again" };
  try {
    const root = openRoot(path);
    try {
      const { timestamp, seq } = writeNext(root, id, (last) => relayedBeat(id, said, last, at), at);
      return { timestamp, seq };
    } finally {
      root.close();
    }
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { fault: error.fault };
  }
}
