/** When schedules come: by hand around the changes of the clocks, and minute by minute for years. */
import { describe, expect, test } from "bun:test";
import { Cron } from "croner";
import * as fc from "fast-check";
import { momentAfter } from "../../lib/contract/cron.ts";
import { nextMoment, scheduleFlaw } from "../../lib/contract/schedule.ts";
import { dueAfter, graceOf } from "../../lib/jobs/rules/due.ts";

const MINUTE = 60_000;
const iso = (moment: number | undefined) =>
  moment === undefined ? undefined : new Date(moment).toISOString().slice(0, 16);

/** The moments of a schedule, from one moment up to another, one after another. */
function momentsBetween(schedule: string, zone: string, from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = momentAfter(schedule, zone, from - 1); at !== undefined && at < to;) {
    found.push(at);
    at = momentAfter(schedule, zone, at);
  }
  return found;
}

describe("in the nights of the clock changes in Berlin", () => {
  // 2026-03-29: 02:00 becomes 03:00, at 01:00 UTC. 2026-10-25: 03:00 becomes 02:00, at 01:00 UTC.
  test.each([
    ["30 2 * * *", "2026-03-28", ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"]],
    ["0 3 * * *", "2026-03-28", ["2026-03-28T02:00", "2026-03-29T01:00", "2026-03-30T01:00"]],
    ["30 1 * * *", "2026-03-28", ["2026-03-28T00:30", "2026-03-29T00:30", "2026-03-29T23:30"]],
    ["30 2 * * *", "2026-10-24", ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]],
    ["0 3 * * *", "2026-10-24", ["2026-10-24T01:00", "2026-10-25T02:00", "2026-10-26T02:00"]],
    ["30 2 * * 0", "2026-03-23", ["2026-03-29T01:00", "2026-04-05T00:30"]],
    ["30 2 * * 1-5", "2026-10-23", ["2026-10-23T00:30", "2026-10-26T01:30", "2026-10-27T01:30"]],
    ["*/30 * * * *", "2026-10-25", ["2026-10-25T00:00", "2026-10-25T00:30", "2026-10-25T01:00"]],
  ])("%s from %s on comes at %p", (schedule, day, expected) => {
    const from = Date.parse(`${day}T00:00:00Z`);
    const found = momentsBetween(schedule, "Europe/Berlin", from, from + 20 * 86_400_000);
    expect(found.slice(0, expected.length).map(iso)).toEqual(expected);
  });

  test("half past two comes once in spring and once in autumn", () => {
    const year = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)] as const;
    expect(momentsBetween("30 2 * * *", "Europe/Berlin", ...year)).toHaveLength(365);
  });
});

test.each([
  ["0 0 31 * *", "2026-01-31T12:00:00Z", "2026-03-31T00:00"],
  ["0 12 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T12:00"],
  ["0 7-23 * * *", "2026-06-22T23:00:01Z", "2026-06-23T07:00"],
  ["*/5 9-23 * * *", "2026-06-22T23:55:00Z", "2026-06-23T09:00"],
])("%s comes after %s at %s", (schedule, after, expected) => {
  expect(iso(nextMoment(schedule, "UTC", Date.parse(after)))).toBe(expected);
});

test("a moment is the same in whatever order moments are asked for", () => {
  const fresh = new Cron("30 2,14 * * *", { paused: true, timezone: "Europe/Berlin" });
  const anyMoment = fc.integer({ min: Date.UTC(2026, 2, 27), max: Date.UTC(2026, 2, 31) });
  fc.assert(
    fc.property(fc.array(anyMoment), (moments) => {
      for (const at of moments)
        expect(momentAfter("30 2,14 * * *", "Europe/Berlin", at)).toBe(
          fresh.nextRun(new Date(at))?.getTime(),
        );
    }),
  );
});

const FIRST = Date.UTC(2024, 0, 1);
const LAST = Date.UTC(2029, 0, 1);

/** The milliseconds by which the clocks of a zone are ahead of UTC. */
function offsetsOf(zone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    hourCycle: "h23",
    dateStyle: "short",
    timeStyle: "medium",
  });
  const read = (moment: number) => Date.parse(`${format.format(moment)} UTC`) - moment;
  let [day, offset, isSteady] = [Number.NaN, 0, false];
  return (moment) => {
    const today = Math.floor(moment / 86_400_000);
    if (today !== day) {
      [day, offset] = [today, read(today * 86_400_000)];
      isSteady = offset === read((today + 1) * 86_400_000);
    }
    return isSteady ? offset : read(moment);
  };
}

/** A schedule, as a check of one minute of the local clock. */
type Matches = (local: Date) => boolean;
const isWeekday = (local: Date) => local.getUTCDay() >= 1 && local.getUTCDay() <= 5;
const isAt = (local: Date, hour: number, minute: number) =>
  local.getUTCMinutes() === minute && local.getUTCHours() === hour;

/** Walks through all minutes: those that match, those that are skipped as the clocks jump ahead. */
function walk(zone: string, matches: Matches): number[] {
  const offsetAt = offsetsOf(zone);
  const found: number[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (let moment = FIRST; moment < LAST; moment += MINUTE) {
    const local = moment + offsetAt(moment);
    let isDue = false;
    // A minute of the local clock counts when it is first reached, or jumped over.
    for (let each = Math.max(latest + MINUTE, local - 120 * MINUTE); each <= local; each += MINUTE)
      isDue ||= matches(new Date(each));
    if (isDue && moment > FIRST) found.push(moment);
    latest = Math.max(latest, local);
  }
  return found;
}

describe("over five years of minutes", () => {
  test.each([
    ["30 2 * * 1-5", "Europe/Berlin", (t: Date) => isAt(t, 2, 30) && isWeekday(t)],
    ["30 1 * * *", "America/New_York", (t: Date) => isAt(t, 1, 30)],
    ["15 2 * * *", "Australia/Lord_Howe", (t: Date) => isAt(t, 2, 15)],
  ])(
    "%s in %s comes as the clock on the wall says",
    (schedule, zone, matches) => {
      const expected = walk(zone, matches);
      const found = momentsBetween(schedule, zone, FIRST + MINUTE, LAST);
      expect(found.map(iso)).toEqual(expected.map(iso));
      const declared = { schedule, timezone: zone };
      let next = 0;
      for (let moment = FIRST; moment < LAST - 7 * 86_400_000; moment += 997 * MINUTE) {
        while ((expected[next] ?? LAST) <= moment + 1000) next++;
        expect(iso(dueAfter(declared, moment))).toBe(iso(expected[next]));
      }
    },
    120_000,
  );
});

test.each([
  ["60 * * * *", undefined, 'Expected a cron schedule such as "30 2 * * 1-5"'],
  ["0 0 30 2 *", undefined, "Expected a schedule with at least one date that exists"],
  ["@daily", undefined, undefined],
  ["30 2 * * *", "Mars/Olympus", "Expected a time zone such as Europe/Berlin"],
  ["30 2 * * *", "Europe/Berlin", undefined],
])("%s in %p is flawed: %p", (schedule, zone, flaw) => {
  expect(scheduleFlaw(schedule, zone)).toBe(flaw);
});

test("a run that starts a moment early is the run of its time, and an unusable schedule has no due time", () => {
  const daily = { schedule: "0 2 * * *", timezone: "UTC" };
  expect(iso(dueAfter(daily, Date.parse("2026-01-01T01:59:59.500Z")))).toBe("2026-01-02T02:00");
  expect(iso(dueAfter(daily, Date.parse("2026-01-01T01:59:50Z")))).toBe("2026-01-01T02:00");
  expect(dueAfter({ schedule: "x" }, 0)).toBeNaN();
  expect(graceOf(daily)).toBe(300);
});
