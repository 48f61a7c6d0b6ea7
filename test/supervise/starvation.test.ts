import { expect, test } from "bun:test";
import {
  NOT_STARVED,
  type Starvation,
  starvationCovering,
  starvedSince,
  watchStarvation,
} from "../../lib/supervise/status/rules/starvation.ts";
import { NOON } from "../tools/facts.ts";

const LIMIT = 300;

/** Rounds at these moments, in monotonic seconds; a negative one is a round that is on time. */
function rounds(...moments: number[]): Starvation {
  const facts = { at: NOON.toISOString(), cells: [] };
  return moments.reduce(
    (before, moment) =>
      watchStarvation(before, {
        ...facts,
        now: Math.abs(moment),
        late: moment < 0 ? undefined : 100,
      }),
    NOT_STARVED,
  );
}
const covers = (state: Starvation, now: number) =>
  starvationCovering(state, LIMIT, now) !== undefined;

test("a late round covers a silence for one age limit, and restarts the watch", () => {
  expect(covers(rounds(1000), 1000)).toBe(true);
  expect(starvedSince(rounds(1000), LIMIT)).toBe(1000);
  expect(covers(NOT_STARVED, 1000)).toBe(false);
});

test("a round on time ends what the late ones covered", () => {
  expect(covers(rounds(1000, -1010), 1010)).toBe(false);
});

test("a row of late rounds covers no silence for more than one age limit, however far apart they are", () => {
  const state = rounds(1000, 1500, 2000, 2500);
  expect(covers(state, 2500)).toBe(false);
  expect(starvedSince(state, LIMIT)).toBe(1000);
});
