/** How old a look is for the fleet's page when it comes: at once, or late out of a buffer. */
import { afterEach, beforeEach, expect, mock, setSystemTime, spyOn, test } from "bun:test";
import { createCellLists } from "../../../lib/fleet/rules/cell-lists.ts";
import { mergeFleet } from "../../../lib/fleet/rules/merge.ts";
import { fleetState, shownFleet, takeLook } from "../../../lib/http/fleet-page/fleet-state.ts";
import { fleetDocument } from "../../../lib/http/fleet/rules/fleet-feed.ts";
import { serverClock } from "../../../lib/http/page/state.ts";
import { askedHost, NOW, NOW_MS } from "../../fleet/hosts.ts";

const POLL = 5;
const { report } = mergeFleet(
  { kind: "etcd", answeredMs: NOW_MS, hosts: [askedHost("alpha")] },
  { now: NOW, nowMs: NOW_MS, history: new Map(), duplicates: [], cellLists: createCellLists() },
);

/** Seconds since the test began, by the browser's clocks. */
let seconds = 0;
beforeEach(() => {
  spyOn(performance, "now").mockImplementation(() => 1000 * seconds);
  fleetState.fleet = undefined;
  serverClock.forget();
  pass(0);
  for (const second of [0, 5, 10, 15]) lookAt(second);
});
afterEach(() => {
  mock.restore();
  setSystemTime();
});

function pass(to: number): void {
  seconds = to;
  setSystemTime(NOW_MS + 1000 * seconds);
}

/** The look that the server made at `second`, by its own clock, comes at `arrival`. */
function lookAt(second: number, arrival = second): void {
  pass(arrival);
  const at = (offset: number) => new Date(NOW.getTime() + 1000 * (second + offset)).toISOString();
  const times = { generated_at: at(0), answered_at: at(0), current_until: at(20) };
  takeLook(fleetDocument({ ...report, ...times }));
}

const isOutdated = () => shownFleet()?.outdated !== undefined;

test("a look that comes at once counts for its time", () => {
  pass(35);
  expect(isOutdated()).toBe(false);
  pass(35.1);
  expect(isOutdated()).toBe(true);
});

test("looks that come late are as old as they are, however many come at once", () => {
  for (let made = 20; made <= 120; made += POLL) {
    lookAt(made, 240);
    expect([made, isOutdated()]).toEqual([made, true]);
  }
  lookAt(240);
  expect(isOutdated()).toBe(false);
  pass(260.1);
  expect(isOutdated()).toBe(true);
});

test("looks of a buffer that the server goes on to fill end at a current one", () => {
  for (let wake = 60; wake <= 300; wake += 60)
    for (let made = wake - 60 + POLL; made <= wake; made += POLL) lookAt(Math.max(16, made), wake);
  expect(isOutdated()).toBe(false);
  lookAt(305, 330);
  expect(isOutdated()).toBe(true);
});

test("a server's clock that is set back is followed", () => {
  for (let n = 1; n <= 5; n += 1) lookAt(15 - 3600 + n * POLL, 15 + n * POLL);
  expect(isOutdated()).toBe(false);
});
