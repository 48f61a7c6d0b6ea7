/**
 * A cell's status over the last days, from the event log of supervise.
 *
 * @module
 */
import type { SuperviseRecords } from "../../../contract/cell-records.ts";
import type { Status } from "../../../contract/report.ts";
import { DISPLAY_STATUSES } from "../../../verdict/display-status.ts";

const DAYS = 30;
const DAY_MS = 86_400_000;

/** A day of the strip, which ends at the same time of day as now. */
export interface StripDay {
  /** When it begins: RFC 3339, UTC. */
  readonly from: string;
  /** The worst status on that day; null if none was recorded. */
  readonly status: Status | null;
}

/** A status from a moment on; null while nothing is recorded, or the cell is gone. */
interface Period {
  readonly fromMs: number;
  readonly status: Status | null;
}

/** The last 30 days, oldest first; `current` is the status now, at `nowMs`. */
export function stripOf(
  { events, since }: Pick<SuperviseRecords, "events" | "since">,
  current: Status,
  nowMs: number,
): readonly StripDay[] {
  const periods = periodsOf(events ?? [], Date.parse(since), current);
  return Array.from({ length: DAYS }, (_, index) => {
    const fromMs = nowMs - (DAYS - index) * DAY_MS;
    return {
      from: new Date(fromMs).toISOString(),
      status: worstIn(periods, fromMs, fromMs + DAY_MS),
    };
  });
}

/** The statuses one after the other: the log has only their changes. */
function periodsOf(
  events: NonNullable<SuperviseRecords["events"]>,
  sinceMs: number,
  current: Status,
): readonly Period[] {
  const changes = events.filter(({ to }) => to !== undefined);
  const [first] = changes;
  const before = first === undefined ? current : (first.from ?? null);
  return [
    { fromMs: Number.NEGATIVE_INFINITY, status: null },
    { fromMs: sinceMs, status: before },
    ...changes.map(({ at, to }) => ({ fromMs: Date.parse(at), status: to ?? null })),
  ];
}

function worstIn(periods: readonly Period[], fromMs: number, toMs: number): Status | null {
  const statuses = periods
    .filter((period, index) => {
      const endMs = periods[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
      return period.fromMs < toMs && endMs > fromMs;
    })
    .flatMap(({ status }) => status ?? []);
  const [worst] = statuses.toSorted(
    (a, b) => DISPLAY_STATUSES.indexOf(a) - DISPLAY_STATUSES.indexOf(b),
  );
  return worst ?? null;
}

/** The strip in words: `stale on 2 days, healthy on 20, not recorded on 8`. */
export function stripText(days: readonly StripDay[]): string {
  const counts = new Map<string, number>();
  for (const { status } of days) {
    const name = status ?? "not recorded";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const texts = [...counts].map(([name, count]) => `${name} on ${count}`);
  return `Of the last ${DAYS} days: ${texts.join(", ")}`;
}
