/**
 * Warnings about a beat that asks for more time than the operator's limits allow, or for none.
 *
 * @module
 */
import { describeDuration, durationWord } from "../../base/duration.ts";
import { formatTimestamp, parseTimestamp } from "../../base/time.ts";
import type { Heartbeat } from "../../contract/heartbeat.ts";
import type { Limits } from "../../contract/settings.ts";
import type { BeatFields } from "./next-beat.ts";

/**
 * One warning for each of the `asked` fields that exceeds its limit, with the time that is granted
 * instead, or that has passed already. `beat` is the beat that was written with them.
 */
export const limitWarnings = (
  asked: Pick<BeatFields, "activity" | "until">,
  beat: Heartbeat,
  limits: Limits,
): string[] =>
  [expectWarning(asked.activity, limits), untilWarning(asked.until, beat, limits)].filter(
    (text) => text !== undefined,
  );

function expectWarning(
  activity: BeatFields["activity"],
  { max_stale_after_seconds: limit }: Limits,
): string | undefined {
  if (activity === undefined || activity.expect_seconds <= limit) return undefined;
  const asked = durationWord(activity.expect_seconds);
  return `--expect ${asked} exceeds the setting max_stale_after_seconds: ${describeDuration(limit)} is granted. For a longer wait, give --state waiting --until ${asked}`;
}

/** The limit of a wait counts from its first beat. */
function untilWarning(
  until: string | undefined,
  { timestamp, state_since = timestamp }: Heartbeat,
  { max_waiting_seconds: limit }: Limits,
): string | undefined {
  const [moment, since] = [parseTimestamp(until ?? ""), parseTimestamp(state_since)];
  if (moment === undefined || since === undefined) return undefined;
  if (moment <= (parseTimestamp(timestamp) ?? moment))
    return `--until ${until} has passed already: this beat announces no wait`;
  const granted = since + 1000 * limit;
  if (moment <= granted) return undefined;
  return `--until ${until} exceeds the setting max_waiting_seconds: ${formatTimestamp(granted)} is granted`;
}
