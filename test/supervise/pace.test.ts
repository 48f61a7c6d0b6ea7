import { expect, test } from "bun:test";
import { nextPace, type Pace, paceOf, paceChangeText } from "../../lib/supervise/daemon/pace.ts";

/** The seconds between rounds after each round, and what is told, where one is due every 10 seconds. */
function paces(tookSeconds: readonly number[]) {
  const told: string[] = [];
  let pace: Pace = paceOf(10);
  const seconds = tookSeconds.map((took) => {
    const before = pace;
    pace = nextPace(before, took, 10);
    told.push(...[paceChangeText(before, pace, 10)].filter((text) => text !== undefined));
    return pace.seconds;
  });
  return { seconds, told };
}

test("rounds that fit start every interval, also after one or two long ones", () => {
  expect(paces([1, 10, 60, 60, 1, 60, 9])).toEqual({
    seconds: [10, 10, 10, 10, 10, 10, 10],
    told: [],
  });
});

test("rounds that stay too long start less often, which is told once, and once when it is over", () => {
  const { seconds, told } = paces([12, 12, 12, 15.2, 8, 12, 8, 3, 2, 2]);
  expect(seconds).toEqual([10, 10, 24, 31, 16, 24, 16, 10, 10, 10]);
  expect(told).toEqual([
    "rounds take longer than scan_interval_seconds, 10: the next one starts after 24s, and so on until they are shorter",
    "rounds are shorter than scan_interval_seconds, 10, again",
  ]);
});

test("a round that hung for an hour costs at most ten intervals more", () => {
  expect(paces([12, 12, 12, 3600]).seconds.at(-1)).toBe(3700);
});
