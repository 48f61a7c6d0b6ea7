/**
 * The rhythm of a cell: when it last beat, and when its next beat was due.
 *
 * @module
 */
import { type Heartbeat, WAITING_STATE } from "../contract/heartbeat.ts";
import { parseTimestamp } from "../base/time.ts";

/** When a cell beats, in milliseconds since 1970. */
export interface Rhythm {
  /** Its last beat. */
  readonly lastMs: number;
  /** When the next one was due. */
  readonly dueMs: number;
  /** It has beaten only once, so it has no rhythm that could have broken off. */
  readonly isSingle: boolean;
}

/** The rhythm of the cell with this last beat; undefined if no beat is expected, or none came yet. */
export function rhythmOf(beat: Heartbeat | undefined, limit: number | null): Rhythm | undefined {
  const lastMs = parseTimestamp(beat?.timestamp ?? "");
  if (beat === undefined || lastMs === undefined || limit === null || beat.seq === 0)
    return undefined;
  const { interval_seconds: interval, activity, state, until, seq } = beat;
  const isSilentByChoice = state === WAITING_STATE && until !== undefined;
  const due =
    interval === undefined || isSilentByChoice
      ? limit
      : Math.min(limit, interval + (activity?.expect_seconds ?? 0));
  return { lastMs, dueMs: lastMs + 1000 * due, isSingle: seq === 1 };
}
