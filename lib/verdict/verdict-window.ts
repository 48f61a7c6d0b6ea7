/**
 * For how long a verdict lasts when only time passes: a cell whose files and process have not
 * changed need not be judged again within that window.
 *
 * @module
 */
import { parseTimestamp } from "../base/time.ts";
import { type CellFacts, valueOf } from "../contract/facts.ts";
import type { Limits } from "../contract/settings.ts";
import { momentOf, stateBegan } from "./age-limit.ts";
import { type BeatContext, beatContext } from "./beat-context.ts";
import { SETTLED_SECONDS } from "./beat-rows.ts";
import type { Row } from "./rows.ts";
import { FRESH_FILE_SECONDS } from "./stale-problems.ts";

/** Two moments in milliseconds since 1970: between them the verdict stays the same, but for the age. */
export interface VerdictWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

const ALWAYS: VerdictWindow = { fromMs: -Infinity, toMs: Infinity };
const NEVER: VerdictWindow = { fromMs: Infinity, toMs: -Infinity };

/** Clocks count whole milliseconds, and a rule may hold at its moment itself, or only before or after. */
const MARGIN_MS = 1;

/** Rows that no clock changes. */
const TIMELESS: readonly Row[] = ["uninitialized", "incomplete", "resting"];

/** The window around `now` in which `classify` gives the same verdict on these facts, in row `row`. */
export function verdictWindow(
  facts: CellFacts,
  row: Row,
  { limits, now }: { readonly limits: Limits; readonly now: Date },
): VerdictWindow {
  const [beat, mission] = [valueOf(facts.heartbeat), valueOf(facts.mission)];
  if (TIMELESS.includes(row) || beat === undefined || mission === undefined) return ALWAYS;
  const nowMs = now.getTime();
  let [fromMs, toMs] = [-Infinity, Infinity];
  for (const point of turningPoints(beatContext(facts, beat, mission, { limits, now }))) {
    if (Math.abs(point - nowMs) <= MARGIN_MS) return NEVER;
    if (point < nowMs) fromMs = Math.max(fromMs, point + MARGIN_MS);
    if (point > nowMs) toMs = Math.min(toMs, point - MARGIN_MS);
  }
  return { fromMs, toMs };
}

/** True if a verdict with this window still holds at `nowMs`. */
export const isWithin = ({ fromMs, toMs }: VerdictWindow, nowMs: number): boolean =>
  fromMs < nowMs && nowMs < toMs;

/** The moments at which a rule may give another result; NaN, with which no comparison holds, for none. */
function turningPoints(context: BeatContext): number[] {
  const { facts, beat, mission, limits, expectedMs, limit } = context;
  const writtenMs = momentOf(beat);
  const fileMs = (facts.heartbeat.outcome === "read" && facts.heartbeat.writtenMs) || Number.NaN;
  const otherMs = moment(beat.other_writer?.at);
  return [
    writtenMs - 1000 * limits.allowed_skew_seconds,
    writtenMs + 1000 * SETTLED_SECONDS,
    writtenMs + 1000 * limits.max_waiting_seconds,
    expectedMs + 1000 * limit,
    moment(mission.updated_at),
    fileMs - 1000 * FRESH_FILE_SECONDS,
    fileMs + 1000 * FRESH_FILE_SECONDS,
    stateBegan(beat) + 1000 * limits.max_stale_after_seconds,
    otherMs - 1000 * limit,
    otherMs + 1000 * limit,
  ];
}

const moment = (timestamp: string | undefined): number =>
  parseTimestamp(timestamp ?? "") ?? Number.NaN;
