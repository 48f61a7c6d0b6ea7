/**
 * Cron schedules, by croner. Loaded only when a schedule is used: see schedule.ts.
 *
 * @module
 */
import { Cron } from "croner";

/** A time without a run of the schedule: from `from` on, the next one is at `next`. */
interface Gap {
  readonly from: number;
  readonly next: number;
}

interface ParsedSchedule {
  readonly cron: Cron;
  /** The gaps found last: each search by croner takes a fraction of a millisecond. */
  readonly gaps: Gap[];
}

/** The schedules that were parsed, by pattern and time zone: a daemon asks again in each round. */
const parsed = new Map<string, ParsedSchedule>();
const MAX_PARSED = 1000;
const MAX_GAPS = 16;

function parse(schedule: string, timezone: string | undefined): ParsedSchedule {
  const key = JSON.stringify([schedule, timezone]);
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const cron = new Cron(schedule, {
    paused: true,
    ...(timezone === undefined ? {} : { timezone }),
  });
  if (parsed.size >= MAX_PARSED) parsed.clear();
  const entry = { cron, gaps: [] };
  parsed.set(key, entry);
  return entry;
}

/**
 * The first moment of a schedule after `after`, both in milliseconds since 1970; undefined if there
 * is none. A time that the clocks skip in spring comes when they have been set, and one that they
 * repeat in autumn comes once.
 *
 * @throws {Error} for an invalid schedule or time zone.
 */
export function momentAfter(
  schedule: string,
  timezone: string | undefined,
  after: number,
): number | undefined {
  const { cron, gaps } = parse(schedule, timezone);
  const known = gaps.find(({ from, next }) => from <= after && after < next);
  if (known !== undefined) return known.next;
  const next = cron.nextRun(new Date(after))?.getTime();
  if (next === undefined) return undefined;
  if (gaps.length >= MAX_GAPS) gaps.shift();
  gaps.push({ from: after, next });
  return next;
}
