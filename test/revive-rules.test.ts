import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { type Attempt, backoffLeft, breakerAfter, chanceOf } from "../lib/rules/revive/backoff.ts";
import { closedGates, GATES, type GateName, type Situation } from "../lib/rules/revive/gates.ts";
import { commandFor, policyFor } from "../lib/rules/revive/policy.ts";
import { MISSION_STATUSES } from "../lib/schemas/mission.ts";
import { NO_ORDERS } from "../lib/schemas/orders.ts";
import type { ReportCell } from "../lib/schemas/report.ts";
import { RevivePolicy } from "../lib/schemas/revive.ts";
import { ID, NOON } from "./tools/facts.ts";

const policyOf = (given: object = {}): RevivePolicy =>
  v.parse(RevivePolicy, { command: ["true"], jitter: 0, ...given });
const POLICY = policyOf();

/** Attempts made so many seconds ago, oldest first. */
const made = (state: Attempt["state"], ...ago: number[]): Attempt[] =>
  ago.map((elapsed, at) => ({
    digest: "0".repeat(16),
    number: at + 1,
    elapsed,
    tookSeconds: 0,
    state,
  }));
const failed = (...ago: number[]) => made("failed", ...ago);

describe("the wait after attempts", () => {
  const policy = policyOf({ delay_seconds: 60, max_delay_seconds: 900 });
  const left = (attempts: Attempt[], chance = 0.5) => backoffLeft(attempts, policy, 300, chance);

  test("is none before the first", () => {
    expect(left([])).toBe(0);
  });

  test.each([
    [[0], 60],
    [[70, 10], 110],
    [[500, 400, 100], 140],
    [[9, 8, 7, 6, 0], 900],
    [[9, 8, 7, 6, 5, 4, 3, 2, 0], 900],
    [[60], 0],
    [[61], -1],
  ])("doubles with each attempt up to its longest: %j leaves %d", (ago, seconds) => {
    expect(left(failed(...ago))).toBe(seconds);
  });

  test("gives an agent that was brought back its whole age limit", () => {
    expect(left(made("succeeded", 10))).toBe(290);
  });

  test("begins when the command ended, or may have ended where nobody saw it", () => {
    const [slow] = made("succeeded", 250);
    expect(left([{ ...slow!, tookSeconds: 240 }])).toBe(290);
    const [lost] = made("lost", 250);
    expect(left([{ ...lost!, tookSeconds: 500 }])).toBe(550);
  });

  test("is longer or shorter by the jitter, and the same for one beat and attempt", () => {
    const jittery = policyOf({ delay_seconds: 100, jitter: 0.2 });
    const waits = [0, 0.5, 1].map((chance) => backoffLeft(failed(0), jittery, 0, chance));
    expect(waits.map(Math.round)).toEqual([80, 100, 120]);
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{16}$/), fc.integer({ min: 1 }), (digest, number) => {
        const chance = chanceOf(digest, number);
        return chance >= 0 && chance < 1 && chanceOf(digest, number) === chance;
      }),
    );
    expect(chanceOf("00000000ffffffff", 1)).not.toBe(chanceOf("00000000ffffffff", 2));
  });
});

describe("the breaker", () => {
  const policy = policyOf({ attempts: 3, interval_seconds: 100 });
  const after = (...ago: number[]) => breakerAfter(failed(...ago), policy);

  test.each([
    ["no attempt", []],
    ["fewer attempts than open it", [99, 1]],
    ["as many, but not within the window", [300, 200, 100, 0]],
    ["as many, the first of them as old as the window", [100, 50, 0]],
  ])("is closed after %s", (_, ago) => {
    expect(after(...ago)).toEqual({ state: "closed" });
  });

  test("opens when the window is full, for as long as the window", () => {
    expect(after(80, 50, 10)).toEqual({ state: "open", left: 90 });
  });

  test("opens for attempts that were within any window, not a fixed one", () => {
    expect(after(320, 150, 120, 60)).toEqual({ state: "open", left: 40 });
  });

  test("is half open after that, and open again once an attempt was let through", () => {
    expect(after(180, 150, 110)).toEqual({ state: "half-open" });
    expect(after(180, 150, 110, 0)).toEqual({ state: "open", left: 100 });
    expect(after(280, 250, 210, 100)).toEqual({ state: "half-open" });
  });

  test("lets no more through in any window than open it, on a clock that only goes on", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, (steps) => {
        const times: number[] = [];
        let now = 0;
        for (const step of steps) {
          now += step;
          const attempts = failed(...times.map((time) => now - time));
          if (breakerAfter(attempts, policy).state !== "open") times.push(now);
        }
        return times.every(
          (time) => times.filter((other) => other > time - 100 && other <= time).length <= 3,
        );
      }),
    );
  });
});

const cell = (code: string, labels: Record<string, string> = {}) =>
  ({ problems: [{ code, path: ".", text: "" }], labels }) as unknown as ReportCell;

describe("policyFor()", () => {
  test("takes the first that matches", () => {
    const [a, b] = [policyOf({ match: { labels: { team: "a" } } }), policyOf()];
    expect(policyFor(cell("heartbeat-old", { team: "a" }), [a, b])).toBe(a);
    expect(policyFor(cell("heartbeat-old", { team: "b" }), [a, b])).toBe(b);
  });

  test("takes none for a problem that it does not name", () => {
    expect(policyFor(cell("malformed"), [POLICY])).toBeUndefined();
    expect(policyFor(cell("never-beat"), [POLICY])).toBeUndefined();
    const all = policyOf({ match: { codes: ["heartbeat-old", "never-beat", "exited"] } });
    expect(policyFor(cell("never-beat"), [all])).toBe(all);
  });

  test("takes none for a cell without a problem, or with one more", () => {
    const old = cell("heartbeat-old");
    expect(policyFor({ ...old, problems: [] }, [POLICY])).toBeUndefined();
    const [problem] = old.problems;
    const more = [problem!, { ...problem!, code: "absent" as const }];
    expect(policyFor({ ...old, problems: more }, [POLICY])).toBeUndefined();
  });

  test("is not taken in by labels of the prototype", () => {
    const policy = policyOf({ match: { labels: { constructor: "x" } } });
    expect(policyFor(cell("heartbeat-old"), [policy])).toBeUndefined();
  });

  test("puts the mission's id into each word that asks for it", () => {
    const policy = policyOf({ command: ["systemctl", "restart", "a@{mission_id}.b", "{other}"] });
    expect(commandFor(policy, ID)).toEqual(["systemctl", "restart", `a@${ID}.b`, "{other}"]);
  });
});

describe("the gates", () => {
  const open: Situation = {
    now: NOON,
    cell: {
      mission_id: ID,
      title: null,
      labels: {},
      status: "stale",
      mission_status: "active",
      state: "working",
      last_heartbeat: "2026-01-01T11:00:00.000Z",
      age_seconds: 3600,
      limit_seconds: 300,
      problems: [{ code: "heartbeat-old", path: "state/heartbeat.json", text: "no beat" }],
    },
    policy: POLICY,
    host: "here",
    beatHost: "here",
    isCounted: true,
    watchedSeconds: 300,
    suspectSeconds: undefined,
    hold: null,
    orders: NO_ORDERS,
    attempts: [],
    areAttemptsRead: true,
    isRunning: false,
    chance: 0.5,
    budget: 1,
  };
  const at = NOON.toISOString();
  const later = "2026-01-01T12:20:00.000Z";
  const close = (change: Partial<Situation>) =>
    closedGates({ ...open, ...change }).map(({ gate }) => gate);
  const withStatus = (mission_status: ReportCell["mission_status"]) => ({
    cell: { ...open.cell, mission_status },
  });

  test("are all open for a dead mission", () => {
    expect(close({})).toEqual([]);
    expect(close({ beatHost: undefined })).toEqual([]);
  });

  // [gate, what closes it]
  const CLOSED: [GateName, Partial<Situation>][] = [
    ["suspect", { suspectSeconds: 0 }],
    ["suspect", { suspectSeconds: 599 }],
    ["unsettled", { isCounted: false }],
    ["unsettled", { cell: { ...open.cell, age_seconds: 359 } }],
    ["unsettled", { cell: { ...open.cell, limit_seconds: 10, age_seconds: 19 } }],
    ["unseen", { watchedSeconds: 299.9 }],
    ["unseen", { cell: { ...open.cell, limit_seconds: null } }],
    ["other-host", { beatHost: "there" }],
    ["other-host", { beatHost: "" }],
    ["hold", { hold: { at } }],
    ["hold", { hold: { at, reason: "the host moves" } }],
    ["hold", { hold: "unreadable" }],
    ["orders", { orders: "unreadable" }],
    ["snoozed", { orders: { ...NO_ORDERS, snooze: { at, until: later } } }],
    ["quarantined", { orders: { ...NO_ORDERS, quarantine: { at, reason: "no" } } }],
    ["quarantined", { attempts: made("final", 3600) }],
    ["attempts", { areAttemptsRead: false }],
    ["resting", withStatus("paused")],
    ["resting", withStatus(null)],
    ["running", { attempts: made("running", 950) }],
    ["running", { isRunning: true }],
    ["breaker", { attempts: failed(3000, 2900, 2800) }],
    ["backoff", { attempts: failed(59) }],
    ["budget", { budget: 0 }],
  ];
  test.each(CLOSED)("%s closes for %j, and says why", (gate, change) => {
    expect(close(change)).toEqual([gate]);
    const [closed] = closedGates({ ...open, ...change });
    expect(closed?.text.length).toBeGreaterThan(10);
  });

  test("each has a case here", () => {
    expect(Object.keys(GATES).toSorted()).toEqual(
      [...new Set(CLOSED.map(([gate]) => gate))].toSorted(),
    );
  });

  test("a suspect observer holds for ten minutes at most", () => {
    expect(close({ suspectSeconds: 600 })).toEqual([]);
  });

  test("a snooze that is over holds nothing", () => {
    expect(close({ orders: { ...NO_ORDERS, snooze: { at, until: at } } })).toEqual([]);
  });

  test("every mission that rests or has ended is left alone", () => {
    const left = MISSION_STATUSES.filter((status) => close(withStatus(status)).length > 0);
    expect(left.toSorted()).toEqual(["abandoned", "completed", "failed", "paused"]);
  });

  test.each([0, 50])("name a moment, the same one in each round: after %d s", (seconds) => {
    const now = new Date(NOON.getTime() + 1000 * seconds);
    const [unseen] = closedGates({ ...open, now, watchedSeconds: 100 + seconds });
    expect(unseen?.text).toEndWith("until 2026-01-01T12:03:20.000Z");
  });
});
