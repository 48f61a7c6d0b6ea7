/**
 * The breaker of a real daemon by the real clock: it opens after two attempts that did not
 * help, lets a single one through after its cool-down, and health makes the count start anew.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import type { Claim } from "../../lib/supervise/revive/rules/attempt.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import {
  claimsOf,
  DEAD,
  type Place,
  placeOf,
  rounds,
  stopDaemons,
  until,
} from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);
/** The cool-down: long against the second between attempts, so that the two can be told apart. */
const INTERVAL = 60;
const RESET = 2;

/** Seconds from one claim to the next. */
const gapsOf = (claims: readonly Claim[]) =>
  claims.slice(1).map((claim, at) => claim.uptime_seconds - (claims[at]?.uptime_seconds ?? 0));

/** The gates of the daemon's plan, after a round that knows what has happened so far. */
async function gatesOf(place: Place): Promise<string[]> {
  await rounds(place, 2);
  const { stdout } = await place.call("executable", "--plan", "--json");
  const [entry] = JSON.parse(stdout) as { gates: { gate: string }[] }[];
  return entry?.gates.map(({ gate }) => gate) ?? [];
}

/** Beats until the daemon calls the mission well, as the agent that came back does. */
const live = (place: Place): Promise<true> =>
  until(() => {
    writeCell(place.root, ID, { heartbeat: DEAD.heartbeat });
    return existsSync(join(place.folder, "attempts", ID, "well.json"));
  });

test("the breaker opens, lets one attempt through after its cool-down, and closes by health", async () => {
  const place = placeOf();
  const times = { delay_seconds: 1, max_delay_seconds: 1, jitter: 0, timeout_seconds: 5 };
  const policy = { ...times, attempts: 2, interval_seconds: INTERVAL, reset_after_seconds: RESET };
  place.configure({ stale_after_seconds: 3, revive: [{ command: place.DO, ...policy }] });
  writeCell(place.root, ID, DEAD);
  place.start("executable");

  await until(() => place.done().length === 2);
  expect(await gatesOf(place)).toContain("breaker");
  await until(() => place.done().length === 3);
  expect(await gatesOf(place)).toContain("breaker");
  const [soon, late] = gapsOf(claimsOf(place, ID));
  expect(soon).toBeLessThan(INTERVAL);
  expect(late).toBeGreaterThanOrEqual(INTERVAL);

  await live(place);
  writeCell(place.root, ID, DEAD);
  await until(() => place.done().length === 5);
  const claims = claimsOf(place, ID);
  expect(claims.map(({ number }) => number)).toEqual([1, 2, 3, 1, 2]);
  expect(new Set(claims.map(({ digest }) => digest)).size).toBe(2);
  expect(gapsOf(claims)[3]).toBeLessThan(INTERVAL);
  expect(await gatesOf(place)).toContain("breaker");
}, 600_000);
