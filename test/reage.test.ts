import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { classify } from "../lib/rules/classify.ts";
import { reaged } from "../lib/rules/reage.ts";
import { reportCell } from "../lib/rules/report.ts";
import { type Changes, factsOf, NOON, POLICY } from "./tools/facts.ts";

const later = (seconds: number) => new Date(NOON.getTime() + 1000 * seconds);
const judge = (changes: Changes, now: Date) => {
  const facts = factsOf(changes);
  return reportCell(facts, classify(facts, POLICY, now));
};

describe("a cell judged again by the time alone", () => {
  const changes = fc.oneof(
    fc.record({
      age: fc.integer({ min: -500, max: 5000 }),
      heartbeat: fc.record(
        {
          state: fc.constantFrom("working", "exiting", "initialized"),
          seq: fc.constantFrom(0, 1),
          interval_seconds: fc.integer({ min: 0, max: 2000 }),
        },
        { requiredKeys: [] },
      ),
      mission: fc.record({ status: fc.constantFrom("active", "paused", "failed") }),
    }),
    fc.constant({ heartbeat: { outcome: "absent" } }),
    fc.constant({ log: { outcome: "absent" }, age: 400 }),
  ) as fc.Arbitrary<Changes>;

  test("is what a whole look would find, or is to be looked at anew", () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: -2000, max: 5000 }), (given, seconds) => {
        const again = reaged(judge(given, NOON), POLICY, later(seconds));
        const whole = judge(given, later(seconds));
        if (again === undefined) expect(whole.problems).not.toEqual(judge(given, NOON).problems);
        else expect(again).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });

  test("turns stale only after a look", () => {
    expect(reaged(judge({ age: 0 }, NOON), POLICY, later(301))).toBeUndefined();
  });
});
