import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { classify } from "../../lib/verdict/classify.ts";
import { isWithin, verdictWindow } from "../../lib/verdict/verdict-window.ts";
import { type Changes, factsOf, NOON, LIMITS } from "../tools/facts.ts";

const later = (seconds: number) => new Date(NOON.getTime() + 1000 * seconds);
const iso = (seconds: number) => later(seconds).toISOString();
/** The facts, with the time of the heartbeat file in seconds from noon. */
function factsWith(changes: Changes, written?: number) {
  const facts = factsOf(changes);
  const { heartbeat } = facts;
  if (written === undefined || heartbeat.outcome !== "read") return facts;
  return { ...facts, heartbeat: { ...heartbeat, writtenMs: later(written).getTime() } };
}
const windowOf = (changes: Changes, now = NOON, written?: number) => {
  const facts = factsWith(changes, written);
  const { row } = classify(facts, LIMITS, now);
  return verdictWindow(facts, row, { limits: LIMITS, now });
};
const isKept = (changes: Changes, seconds: number, written?: number) =>
  isWithin(windowOf(changes, NOON, written), later(seconds).getTime());

describe("the window of a verdict", () => {
  const moment = fc.integer({ min: -5000, max: 2000 });
  const changes = fc.oneof(
    fc.record({
      age: fc.oneof(fc.integer({ min: -500, max: 5000 }), fc.constantFrom(300, -60, 5)),
      heartbeat: fc.record(
        {
          state: fc.constantFrom(
            "working",
            "exiting",
            "initialized",
            "stuck",
            "waiting",
            "idle",
            "done",
          ),
          on_events: fc.boolean(),
          seq: fc.constantFrom(0, 1),
          interval_seconds: fc.integer({ min: 0, max: 2000 }),
          state_since: moment.map(iso),
          until: moment.map(iso),
          other_writer: moment.map((at) => ({ at: iso(at), pid: 7 })),
        },
        { requiredKeys: [] },
      ),
      mission: fc.record(
        {
          status: fc.constantFrom("active", "active", "paused", "failed"),
          updated_at: moment.map(iso),
        },
        { requiredKeys: ["status"] },
      ),
    }),
    fc.constant({ heartbeat: { outcome: "absent" } }),
    fc.constant({ log: { outcome: "absent" }, age: 400 }),
  ) as fc.Arbitrary<Changes>;
  const written = fc.option(moment, { nil: undefined });

  test("contains no moment at which another verdict holds, whichever way the clock goes", () => {
    const seconds = fc.oneof(
      fc.integer({ min: -6000, max: 6000 }),
      fc.integer({ min: -60_000, max: 400_000 }).map((ms) => ms / 1000),
    );
    fc.assert(
      fc.property(changes, written, seconds, (given, at, passed) => {
        fc.pre(isKept(given, passed, at));
        const facts = factsWith(given, at);
        const [before, after] = [NOON, later(passed)].map((now) => {
          const { age_seconds: _, ...verdict } = classify(facts, LIMITS, now);
          return verdict;
        });
        expect(after).toEqual(before);
      }),
      { numRuns: 2000 },
    );
  });

  test("lasts until the next rule can change, and no longer", () => {
    expect(isKept({ age: 10 }, 289.9)).toBe(true);
    expect(isKept({ age: 10 }, 290.1)).toBe(false);
    expect(isKept({ age: 400 }, 1e6)).toBe(false);
    expect(isKept({ age: 90_000 }, 1e9)).toBe(true);
    expect(isKept({ age: 90_000, mission: { status: "paused" } }, -1e9)).toBe(true);
  });

  test("ends when a file is too old to show that its beat is stamped in another time zone", () => {
    const hourBehind = { age: 3600 };
    expect(isKept(hourBehind, 59.9, -60)).toBe(true);
    expect(isKept(hourBehind, 60.1, -60)).toBe(false);
  });

  test("ends when an agent with hooks has been stuck for too long", () => {
    const stuck = { age: 400, heartbeat: { state: "stuck", on_events: true } };
    expect(isKept(stuck, 3199)).toBe(true);
    expect(isKept(stuck, 3201)).toBe(false);
  });

  test("is empty where the clock stands at the moment of a rule", () => {
    expect(isKept({ age: 300 }, 0)).toBe(false);
  });
});
