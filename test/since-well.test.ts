import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import { bootId, uptimeSeconds } from "../lib/edges/host/host.ts";
import {
  claimAttempt,
  nextNumber,
  recordOutcome,
  recordsOf,
} from "../lib/edges/supervise/attempts.ts";
import {
  agedRecords,
  attemptsSinceWell,
  forgetOldest,
  markWell,
} from "../lib/edges/supervise/since-well.ts";
import type { Store } from "../lib/edges/supervise/store.ts";
import { breakerAfter } from "../lib/rules/revive/backoff.ts";
import type { Claim } from "../lib/schemas/attempt.ts";
import { RevivePolicy } from "../lib/schemas/revive.ts";
import { ID, NOON } from "./tools/facts.ts";
import { scratch } from "./tools/program.ts";

const here = scratch();
let count = 0;
const storeOf = (): Store => {
  const top = join(here, String(count++));
  return { top, folder: join(top, "roots", "r") };
};

const DIGEST = "a".repeat(16);
const OTHER_BOOT = "00000000-0000-4000-8000-000000000000";
/** A claim made so many seconds ago, while the clock said `at`. */
function claim(number: number, ago: number, more: Partial<Claim> = {}): Claim {
  return {
    schema_version: 1,
    root: "/m",
    mission_id: ID,
    digest: DIGEST,
    number,
    at: NOON.toISOString(),
    boot_id: bootId(),
    uptime_seconds: uptimeSeconds() - ago,
    host: "h",
    pid: 999_999_999,
    command: ["true"],
    timeout_seconds: 7,
    reset_after_seconds: 60,
    ...more,
  };
}
const outcome = (exit_code: number | null) => ({
  schema_version: 1 as const,
  ended_at: NOON.toISOString(),
  duration_ms: 2000,
  exit_code,
  signal: null,
  timed_out: false,
  log_tail: "",
});
const numbersIn = (store: Store) => agedRecords(store, ID, NOON).map(({ record }) => record.number);

describe("the attempts that still count", () => {
  test("are in order of a clock that nobody sets", () => {
    const store = storeOf();
    claimAttempt(store, claim(1, 400, { at: "2027-01-01T00:00:00.000Z" }));
    claimAttempt(store, claim(2, 10, { at: "2025-01-01T00:00:00.000Z" }));
    claimAttempt(store, claim(3, 90));
    expect(numbersIn(store)).toEqual([1, 3, 2]);
  });

  test("say what became of each, and how long it took", () => {
    const store = storeOf();
    const claims = [1, 2, 3, 4, 5].map((number) => claim(number, 100 - 10 * number));
    for (const each of claims) claimAttempt(store, each);
    for (const [at, code] of [0, 1, 125].entries())
      recordOutcome(store, claims[at] ?? claims[0]!, outcome(code));
    claimAttempt(store, claim(6, 1, { pid: process.pid }));
    const attempts = attemptsSinceWell(store, ID, agedRecords(store, ID, NOON), NOON);
    expect(attempts.map(({ state, tookSeconds }) => [state, tookSeconds])).toEqual([
      ["succeeded", 2],
      ["failed", 2],
      ["final", 2],
      ["lost", 7],
      ["lost", 7],
      ["running", 7],
    ]);
  });

  test("are those since the mark of health, and whatever runs", () => {
    const store = storeOf();
    claimAttempt(store, claim(1, 50));
    claimAttempt(store, claim(2, 40, { pid: process.pid }));
    markWell(store, ID, NOON);
    claimAttempt(store, claim(3, 0, { uptime_seconds: uptimeSeconds() + 0.01 }));
    const attempts = attemptsSinceWell(store, ID, agedRecords(store, ID, NOON), NOON);
    expect(attempts.map(({ number }) => number)).toContain(2);
    expect(attempts.map(({ number }) => number)).not.toContain(1);
  });

  test("of an earlier start of the host go by the clock, and never lie in the future", () => {
    const store = storeOf();
    const other = { boot_id: OTHER_BOOT, uptime_seconds: 1e6 };
    claimAttempt(store, claim(1, 0, { ...other, at: "2026-01-01T11:00:00.000Z" }));
    claimAttempt(store, claim(2, 0, { ...other, at: "2999-01-01T00:00:00.000Z" }));
    const [first, second] = agedRecords(store, ID, NOON);
    expect(first?.elapsed).toBe(3600);
    expect(second?.elapsed).toBeGreaterThanOrEqual(0);
    expect(second?.elapsed).toBeLessThan(3600);
  });
});

test("forgetting keeps fifty attempts, and of those on the beat at hand the first and last fifty", () => {
  const store = storeOf();
  const old = "b".repeat(16);
  for (let n = 1; n <= 30; n++) claimAttempt(store, claim(n, 5000 - n, { digest: old }));
  for (let n = 1; n <= 120; n++) {
    expect(claimAttempt(store, claim(n, 1000 - n))).toBe(true);
    forgetOldest(store, ID, DIGEST, NOON);
  }
  const numbers = Array.from({ length: 120 }, (_, at) => at + 1);
  expect(numbersIn(store)).toEqual([...numbers.slice(0, 50), ...numbers.slice(-50)]);
  const records = recordsOf(store, ID);
  expect(records.filter(({ digest }) => digest === old)).toEqual([]);
  expect(nextNumber(records, DIGEST)).toBe(121);
});

test("forgetting closes no breaker, though the last attempts lie far apart", () => {
  const store = storeOf();
  const policy = v.parse(RevivePolicy, { command: ["true"], attempts: 3, interval_seconds: 50 });
  for (let n = 1; n <= 120; n++) {
    // Three at once, then one each 100 s; of another start of the host, whose age is the clock's.
    const ago = n <= 3 ? 20_000 - n : 13_000 - 100 * n;
    const at = new Date(NOON.getTime() - 1000 * ago).toISOString();
    claimAttempt(store, claim(n, 0, { boot_id: OTHER_BOOT, at }));
  }
  const breaker = () =>
    breakerAfter(attemptsSinceWell(store, ID, agedRecords(store, ID, NOON), NOON), policy).state;
  expect(breaker()).toBe("half-open");
  forgetOldest(store, ID, DIGEST, NOON);
  expect(breaker()).toBe("half-open");
});

test("a number that was forgotten is claimed by nobody, who looked before others went on", () => {
  const store = storeOf();
  for (let n = 1; n <= 120; n++) claimAttempt(store, claim(n, 1000 - n));
  forgetOldest(store, ID, DIGEST, NOON);
  expect(claimAttempt(store, claim(60, 0))).toBe(false);
  expect(claimAttempt(store, claim(1, 0, { digest: "b".repeat(16) }))).toBe(true);
});

test("a claim that is there is not made again", () => {
  const store = storeOf();
  expect(claimAttempt(store, claim(1, 0))).toBe(true);
  expect(claimAttempt(store, claim(1, 0, { command: ["false"] }))).toBe(false);
  expect(recordsOf(store, ID)[0]?.claim?.command).toEqual(["true"]);
});
