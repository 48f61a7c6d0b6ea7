import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { bootId, thisProcess } from "../../lib/host/host.ts";
import {
  claimAttempt,
  forgetAttempt,
  nextAttemptNumber,
  recordOutcome,
  readAttempts,
  recordWorker,
} from "../../lib/supervise/revive/attempt-store.ts";
import {
  attemptHistory,
  attemptsSinceRecovery,
  forgetOldAttempts,
  recordRecovery,
} from "../../lib/supervise/revive/attempt-history.ts";
import { openStore, type Store } from "../../lib/supervise/store/store.ts";
import { breakerAfter } from "../../lib/supervise/revive/rules/backoff.ts";
import type { ClockReadings } from "../../lib/supervise/revive/rules/elapsed.ts";
import type { Claim } from "../../lib/supervise/revive/rules/attempt.ts";
import { RevivePolicy } from "../../lib/contract/revive-policy.ts";
import { ID, NOON } from "../tools/facts.ts";
import { scratch } from "../tools/program.ts";

const here = scratch();
let count = 0;
const storePathsOf = (): Store => {
  const stateDir = join(here, String(count++));
  return openStore(
    { stateDir, storeDir: join(stateDir, "roots", "r"), root: "/r" },
    NOON,
    () => {},
  );
};

const DIGEST = "a".repeat(16);
const OTHER_BOOT = "00000000-0000-4000-8000-000000000000";
/** Noon, a day after boot and a minute after the start of the process. */
const CLOCKS: ClockReadings = {
  now: NOON,
  boot_id: bootId(),
  uptimeSeconds: 86_400,
  runningSeconds: 60,
};
/** A claim created `ago` seconds ago, at `at` by the wall clock. */
function claim(number: number, ago: number, more: Partial<Claim> = {}): Claim {
  return {
    schema_version: 1,
    root: "/m",
    mission_id: ID,
    digest: DIGEST,
    number,
    at: NOON.toISOString(),
    boot_id: bootId(),
    uptime_seconds: CLOCKS.uptimeSeconds - ago,
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
const counting = (store: Store) =>
  attemptsSinceRecovery(store, ID, attemptHistory(store, ID, CLOCKS), CLOCKS).map(
    ({ number }) => number,
  );
const numbersIn = (store: Store) =>
  attemptHistory(store, ID, CLOCKS).map(({ record }) => record.number);

describe("attempts that still count", () => {
  test("are sorted by a clock that cannot be set", () => {
    const store = storePathsOf();
    claimAttempt(store, claim(1, 400, { at: "2027-01-01T00:00:00.000Z" }));
    claimAttempt(store, claim(2, 10, { at: "2025-01-01T00:00:00.000Z" }));
    claimAttempt(store, claim(3, 90));
    expect(numbersIn(store)).toEqual([1, 3, 2]);
  });

  test("have a state and a duration", () => {
    const store = storePathsOf();
    const claims = [1, 2, 3, 4, 5].map((number) => claim(number, 100 - 10 * number));
    for (const each of claims) claimAttempt(store, each);
    for (const [at, code] of [0, 1, 125].entries())
      recordOutcome(store, claims[at] ?? claims[0]!, outcome(code));
    claimAttempt(store, claim(6, 1, { pid: process.pid }));
    const attempts = attemptsSinceRecovery(store, ID, attemptHistory(store, ID, CLOCKS), CLOCKS);
    expect(attempts.map(({ state, tookSeconds }) => [state, tookSeconds])).toEqual([
      ["succeeded", 2],
      ["failed", 2],
      ["final", 2],
      ["lost", 7],
      ["lost", 7],
      ["running", 7],
    ]);
  });

  test("are unreadable if a record cannot be read, until the cell recovers", () => {
    const store = storePathsOf();
    const [first, second] = [claim(1, 50), claim(2, 40)];
    for (const each of [first, second]) claimAttempt(store, each);
    recordOutcome(store, first, outcome(0));
    writeFileSync(join(store.storeDir, "attempts", ID, `${DIGEST}-0002.outcome.json`), "{");
    const states = () =>
      attemptsSinceRecovery(store, ID, attemptHistory(store, ID, CLOCKS), CLOCKS).map(
        ({ state }) => state,
      );
    expect(states()).toEqual(["succeeded", "unreadable"]);
    recordRecovery(store, ID, CLOCKS);
    expect(states()).toEqual([]);
  });

  test("are unknown without the directory of all attempts, and none without a directory of the mission", () => {
    const store = storePathsOf();
    expect(readAttempts(store, ID)).toEqual([]);
    rmSync(join(store.storeDir, "attempts"), { recursive: true });
    expect(() => readAttempts(store, ID)).toThrow("Cannot read the attempts");
    expect(() => claimAttempt(store, claim(1, 0))).toThrow("Cannot create");
    expect(existsSync(join(store.storeDir, "attempts"))).toBe(false);
  });

  test.each([
    ["of this process", {}, "running"],
    ["of an earlier process with its number", { start_ticks: 1 }, "lost"],
    [
      "of another container, whose processes cannot be seen",
      { pid_namespace: "pid:[1]" },
      "running",
    ],
    ["of another boot", { boot_id: OTHER_BOOT }, "lost"],
  ] as const)("are running if their daemon may be alive: one %s", (_, more, state) => {
    const store = storePathsOf();
    claimAttempt(store, claim(1, 1, { ...thisProcess(), ...more }));
    const attempts = attemptsSinceRecovery(store, ID, attemptHistory(store, ID, CLOCKS), CLOCKS);
    expect(attempts.map((each) => each.state)).toEqual([state]);
  });

  test.each([
    ["runs, even if its daemon is gone", {}, 80_000, "running"],
    ["cannot be seen, however long", { pid_namespace: "pid:[1]" }, 80_000, "unknown"],
    ["had a pid that another process reuses", { start_ticks: 1 }, 1, "lost"],
    ["ran before the host started", { boot_id: OTHER_BOOT }, 1, "lost"],
  ] as const)("depend on their command's process: one that %s", (_, more, ago, state) => {
    const store = storePathsOf();
    const own = claim(1, ago);
    claimAttempt(store, own);
    recordWorker(store, own, { ...thisProcess(), ...more });
    const [attempt] = attemptsSinceRecovery(store, ID, attemptHistory(store, ID, CLOCKS), CLOCKS);
    expect(attempt).toMatchObject({ state, ...(state === "lost" ? {} : { pid: process.pid }) });
  });

  test("are unreadable if the record of a command's process is", () => {
    const store = storePathsOf();
    claimAttempt(store, claim(1, 1));
    writeFileSync(join(store.storeDir, "attempts", ID, `${DIGEST}-0001.worker.json`), "{");
    const attempts = attemptsSinceRecovery(store, ID, attemptHistory(store, ID, CLOCKS), CLOCKS);
    expect(attempts.map(({ state }) => state)).toEqual(["unreadable"]);
  });

  test("that have ended or are forgotten leave no record of a process", () => {
    const store = storePathsOf();
    const [first, second] = [claim(1, 50), claim(2, 40)];
    for (const each of [first, second]) {
      claimAttempt(store, each);
      recordWorker(store, each, thisProcess());
    }
    recordOutcome(store, first, { ...outcome(null), unwatched: true });
    // A daemon was killed after it wrote the outcome, before it removed the process.
    recordOutcome(store, second, outcome(0));
    recordWorker(store, second, thisProcess());
    expect(readAttempts(store, ID).map(({ worker }) => worker)).toEqual([undefined, undefined]);
    for (const record of readAttempts(store, ID)) forgetAttempt(store, ID, record);
    expect(readdirSync(join(store.storeDir, "attempts", ID))).toEqual([]);
  });

  test("are those since the last recovery, and running ones", () => {
    const store = storePathsOf();
    claimAttempt(store, claim(1, 50));
    claimAttempt(store, claim(2, 40, { pid: process.pid }));
    recordRecovery(store, ID, { ...CLOCKS, uptimeSeconds: CLOCKS.uptimeSeconds - 30 });
    claimAttempt(store, claim(3, 20));
    expect(counting(store)).toEqual([2, 3]);
  });

  test("of an earlier boot are dated by the wall clock, and are never in the future", () => {
    const store = storePathsOf();
    const other = { boot_id: OTHER_BOOT, uptime_seconds: 1e6 };
    claimAttempt(store, claim(1, 0, { ...other, at: "2026-01-01T11:00:00.000Z" }));
    claimAttempt(store, claim(2, 0, { ...other, at: "2999-01-01T00:00:00.000Z" }));
    const [first, second] = attemptHistory(store, ID, CLOCKS);
    expect([first?.elapsed, second?.elapsed]).toEqual([3600, CLOCKS.runningSeconds]);
  });

  test("of this boot with a later uptime come from another namespace, and are dated by the wall clock", () => {
    const store = storePathsOf();
    claimAttempt(store, claim(1, -1000, { at: "2026-01-01T11:59:55.000Z" }));
    claimAttempt(store, claim(2, -1000, { at: "2999-01-01T00:00:00.000Z" }));
    const aged = attemptHistory(store, ID, CLOCKS);
    expect(aged.map(({ elapsed }) => elapsed)).toEqual([5, 0]);
  });
});

describe("in the first minute of a boot", () => {
  const other = { boot_id: OTHER_BOOT, pid: process.pid };
  const YOUNG: ClockReadings = { ...CLOCKS, uptimeSeconds: 40, runningSeconds: 5 };
  /** Without a hardware clock: all times on disk are in the future. */
  const CLOCKLESS: ClockReadings = { ...YOUNG, now: new Date("1970-01-01T00:00:40Z") };

  test("an attempt of the previous boot is dated by the wall clock, and is not running", () => {
    const store = storePathsOf();
    const at = new Date(NOON.getTime() - 70_000).toISOString();
    claimAttempt(store, claim(1, 0, { ...other, uptime_seconds: 5000, at, timeout_seconds: 600 }));
    const attempts = attemptsSinceRecovery(store, ID, attemptHistory(store, ID, YOUNG), YOUNG);
    expect(attempts).toMatchObject([{ number: 1, elapsed: 70, state: "lost" }]);
  });

  test.each([YOUNG, CLOCKLESS])("attempts since the last recovery count (%#)", (moment) => {
    const store = storePathsOf();
    claimAttempt(store, claim(1, 0, { ...other, uptime_seconds: 5000 }));
    recordRecovery(store, ID, { ...CLOCKS, boot_id: OTHER_BOOT, uptimeSeconds: 6000 });
    claimAttempt(store, claim(2, 0, { ...other, uptime_seconds: 7000 }));
    const records = attemptHistory(store, ID, moment);
    const attempts = attemptsSinceRecovery(store, ID, records, moment);
    expect(attempts.map(({ number }) => number)).toEqual([2]);
    expect(attempts[0]?.elapsed).toBe(moment.runningSeconds);
  });

  test("an attempt of this boot is dated by the uptime", () => {
    const store = storePathsOf();
    claimAttempt(store, claim(1, 0, { uptime_seconds: 10 }));
    expect(attemptHistory(store, ID, CLOCKLESS)).toMatchObject([{ elapsed: 30 }]);
  });
});

test("forgetting keeps 50 attempts, and on the current beat the first and last 50", () => {
  const store = storePathsOf();
  const old = "b".repeat(16);
  for (let n = 1; n <= 30; n++) claimAttempt(store, claim(n, 5000 - n, { digest: old }));
  for (let n = 1; n <= 120; n++) {
    expect(claimAttempt(store, claim(n, 1000 - n))).toBe(true);
    forgetOldAttempts(store, ID, DIGEST, CLOCKS);
  }
  const numbers = Array.from({ length: 120 }, (_, at) => at + 1);
  expect(numbersIn(store)).toEqual([...numbers.slice(0, 50), ...numbers.slice(-50)]);
  const records = readAttempts(store, ID);
  expect(records.filter(({ digest }) => digest === old)).toEqual([]);
  expect(nextAttemptNumber(records, DIGEST)).toBe(121);
});

test("forgetting does not close the breaker, even if the last attempts are far apart", () => {
  const store = storePathsOf();
  const policy = v.parse(RevivePolicy, { command: ["true"], attempts: 3, interval_seconds: 50 });
  for (let n = 1; n <= 120; n++) {
    // Three at once, then one every 100 s. They are of another boot, so the wall clock tells their age.
    const ago = n <= 3 ? 20_000 - n : 13_000 - 100 * n;
    const at = new Date(NOON.getTime() - 1000 * ago).toISOString();
    claimAttempt(store, claim(n, 0, { boot_id: OTHER_BOOT, at }));
  }
  const breaker = () =>
    breakerAfter(
      attemptsSinceRecovery(store, ID, attemptHistory(store, ID, CLOCKS), CLOCKS),
      policy,
    ).state;
  expect(breaker()).toBe("half-open");
  forgetOldAttempts(store, ID, DIGEST, CLOCKS);
  expect(breaker()).toBe("half-open");
});

test("a forgotten number cannot be claimed by a process that planned before it was forgotten", () => {
  const store = storePathsOf();
  for (let n = 1; n <= 120; n++) claimAttempt(store, claim(n, 1000 - n));
  forgetOldAttempts(store, ID, DIGEST, CLOCKS);
  expect(claimAttempt(store, claim(60, 0))).toBe(false);
  expect(claimAttempt(store, claim(1, 0, { digest: "b".repeat(16) }))).toBe(true);
});

test("an existing claim is not created again", () => {
  const store = storePathsOf();
  expect(claimAttempt(store, claim(1, 0))).toBe(true);
  expect(claimAttempt(store, claim(1, 0, { command: ["false"] }))).toBe(false);
  expect(readAttempts(store, ID)[0]?.claim?.command).toEqual(["true"]);
});
