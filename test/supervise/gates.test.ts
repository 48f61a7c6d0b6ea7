import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import type { Attempt } from "../../lib/supervise/revive/rules/attempt.ts";
import type { HomeFacts } from "../../lib/fleet/rules/revival.ts";
import type { GateContext } from "../../lib/supervise/revive/rules/gate-context.ts";
import {
  closedGates,
  GATES,
  type GateName,
  isGivenUp,
} from "../../lib/supervise/revive/rules/gates.ts";
import { gatesWithOrders } from "../../lib/supervise/revive/rules/later-orders.ts";
import { MISSION_STATUSES } from "../../lib/contract/mission.ts";
import { NO_ORDERS } from "../../lib/supervise/orders/rules/order.ts";
import type { ProblemCode, ReportCell } from "../../lib/contract/report.ts";
import { RevivePolicy } from "../../lib/contract/revive-policy.ts";
import { ID, NOON, silentCell } from "../tools/facts.ts";

const policyOf = (given: object = {}): RevivePolicy =>
  v.parse(RevivePolicy, { command: ["true"], jitter: 0, ...given });

const attemptsOf = (state: Attempt["state"], ...ago: number[]): Attempt[] =>
  ago.map((elapsed, at) => ({
    digest: "0".repeat(16),
    number: at + 1,
    elapsed,
    tookSeconds: 0,
    state,
  }));
const failed = (...ago: number[]) => attemptsOf("failed", ...ago);

const DIGEST = "a".repeat(16);
const OPEN: GateContext = {
  now: NOON,
  cell: silentCell(),
  policy: policyOf(),
  evidence: { process: null, host: "here", exit: null },
  digest: DIGEST,
  host: "here",
  adoptedHosts: [],
  isConfirmed: true,
  agreeingRounds: 2,
  requiredRounds: 2,
  silentSeconds: 3600,
  watchedSeconds: 300,
  isOtherBoot: false,
  uptimeSeconds: 86_400,
  suspicion: undefined,
  beatsBlocked: undefined,
  stateFlaw: undefined,
  hold: null,
  orders: NO_ORDERS,
  fleet: undefined,
  attempts: [],
  areAttemptsRead: true,
  isRunning: false,
  jitterFraction: 0.5,
  budget: 1,
};
const at = NOON.toISOString();
const later = "2026-01-01T12:20:00.000Z";
const close = (change: Partial<GateContext>) =>
  closedGates({ ...OPEN, ...change }).map(({ gate }) => gate);
const cell = (change: Partial<ReportCell>) => ({ cell: { ...OPEN.cell, ...change } });
const withCode = (code: ProblemCode, more: Partial<ReportCell> = {}) =>
  cell({ ...more, problems: [{ code, path: "state/heartbeat.json", text: "" }] });
const evidence = (change: Partial<GateContext["evidence"]>) => ({
  evidence: { ...OPEN.evidence, ...change },
});
const suspicion = { cause: "disk-full", text: "the disk is full" } as const;
const released = { ...NO_ORDERS, released: { at, digest: DIGEST } };
const stopping = { policy: policyOf({ stops_running: true }) };

test("all gates are open for a dead mission", () => {
  expect(close({})).toEqual([]);
  expect(close(evidence({ host: null }))).toEqual([]);
  expect(close(evidence({ process: "gone" }))).toEqual([]);
});

const HOME: HomeFacts = {
  name: "here",
  hold: undefined,
  orders: undefined,
  home: "here",
  isConfirmed: true,
  confirmedSeconds: 3600,
  aloneSeconds: 3600,
};
const fleet = (change: Partial<HomeFacts> = {}) => ({ fleet: { ...HOME, ...change } });

test("the gate of a fleet is open for a mission whose home is here, and confirmed in time", () => {
  expect(close(fleet())).toEqual([]);
  expect(close(fleet({ home: undefined }))).toEqual([]);
  const ended = { at, until: at };
  expect(close(fleet({ orders: { ...NO_ORDERS, snooze: ended } }))).toEqual([]);
});

// [gate, what closes it]
const CLOSED: [GateName, Partial<GateContext>][] = [
  ["suspect", { suspicion }],
  ["unsettled", { isConfirmed: false }],
  ["unsettled", { silentSeconds: 359 }],
  ["unsettled", { ...cell({ limit_seconds: 10 }), silentSeconds: 19 }],
  ["unsettled", { ...withCode("stuck"), agreeingRounds: 1 }],
  ["unsettled", { ...withCode("stuck"), isConfirmed: false }],
  ["unsettled", { ...withCode("heartbeat-ahead"), isConfirmed: false }],
  ["unsettled", { ...withCode("process-gone"), agreeingRounds: 1 }],
  ["unsettled", { ...withCode("crashed"), agreeingRounds: 1 }],
  ["unsettled", { ...withCode("exited"), ...evidence({ process: "gone" }), agreeingRounds: 1 }],
  ["unsettled", { ...withCode("exited"), silentSeconds: 359 }],
  ["unseen", { ...withCode("exited"), watchedSeconds: 299.9 }],
  ["unseen", { watchedSeconds: 299.9 }],
  ["unseen", cell({ limit_seconds: null })],
  ["unseen", { ...withCode("never-beat"), watchedSeconds: 299.9 }],
  ["unseen", { ...withCode("heartbeat-ahead"), watchedSeconds: 299.9 }],
  [
    "unseen",
    {
      ...evidence({ host: "there" }),
      ...withCode("process-gone"),
      orders: released,
      watchedSeconds: 299.9,
    },
  ],
  ["unseen", { ...withCode("process-gone"), isOtherBoot: true, watchedSeconds: 299.9 }],
  ["unseen", { ...withCode("process-gone"), uptimeSeconds: 299.9, watchedSeconds: 299.9 }],
  ["other-host", evidence({ host: "there" })],
  ["other-host", evidence({ host: "" })],
  ["other-host", { ...evidence({ host: "there" }), adoptedHosts: ["elsewhere", "ther"] }],
  ["other-host", { ...evidence({ host: "there" }), ...stopping }],
  ["alive", evidence({ process: "alive" })],
  ["alive", { ...evidence({ process: "alive" }), orders: released }],
  ["alive", { ...evidence({ process: "alive", host: "there" }), adoptedHosts: ["there"] }],
  ["alive", evidence({ process: "alive", exit: { code: 1, signal: null, at } })],
  ["alive", evidence({ process: "unknown" })],
  ["state", { stateFlaw: "the state directory is not there" }],
  ["hold", { hold: { at } }],
  ["hold", { hold: { at, reason: "the host moves" } }],
  ["hold", { hold: "unreadable" }],
  ["orders", { orders: "unreadable" }],
  ["snoozed", { orders: { ...NO_ORDERS, snooze: { at, until: later } } }],
  ["quarantined", { orders: { ...NO_ORDERS, quarantine: { at, reason: "no" } } }],
  ["quarantined", { attempts: attemptsOf("final", 3600) }],
  ["fleet", fleet({ home: "there" })],
  ["fleet", fleet({ home: "there", isConfirmed: false, confirmedSeconds: 0 })],
  ["fleet", fleet({ isConfirmed: false })],
  ["fleet", fleet({ confirmedSeconds: 3600.1 })],
  ["fleet", fleet({ confirmedSeconds: Number.POSITIVE_INFINITY })],
  ["fleet", fleet({ confirmedSeconds: Number.NaN })],
  ["fleet", fleet({ hold: { at } })],
  ["fleet", fleet({ hold: { at, reason: "drain" } })],
  ["fleet", fleet({ hold: "unreadable" })],
  ["fleet", fleet({ orders: "unreadable" })],
  ["fleet", fleet({ orders: { ...NO_ORDERS, quarantine: { at, reason: "no" } } })],
  ["fleet", fleet({ orders: { ...NO_ORDERS, snooze: { at, until: later } } })],
  ["attempts", { areAttemptsRead: false }],
  ["attempts", { attempts: attemptsOf("unreadable", 9e5) }],
  ["resting", cell({ mission_status: "paused" })],
  ["resting", cell({ mission_status: null })],
  ["running", { attempts: attemptsOf("running", 950) }],
  ["running", { isRunning: true }],
  ["running", { attempts: attemptsOf("unknown", 9e5) }],
  ["cannot-beat", { beatsBlocked: suspicion, attempts: failed(9000) }],
  ["breaker", { attempts: failed(3000, 2900, 2800) }],
  ["backoff", { attempts: failed(59) }],
  ["budget", { budget: 0 }],
];
test.each(CLOSED)("the gate %s closes for %j, with a reason", (gate, change) => {
  expect(close(change)).toEqual([gate]);
  const [closed] = closedGates({ ...OPEN, ...change });
  expect(closed?.text.length).toBeGreaterThan(10);
});

test("each gate has a case in this test", () => {
  expect(Object.keys(GATES).toSorted()).toEqual(
    [...new Set(CLOSED.map(([gate]) => gate))].toSorted(),
  );
});

describe("a gate opens", () => {
  // [when, what would close it otherwise]
  const OPENED: [string, Partial<GateContext>][] = [
    [
      "for a process that the policy's command ends first",
      { ...evidence({ process: "alive" }), ...stopping },
    ],
    [
      "for a process that cannot be seen, likewise",
      { ...evidence({ process: "unknown" }), ...stopping },
    ],
    [
      "for a process that cannot be seen, once its wrapper recorded its end",
      evidence({ process: "unknown", exit: { code: 1, signal: null, at } }),
    ],
    [
      "for a process that cannot be seen, once an operator released its beat",
      { ...evidence({ process: "unknown" }), orders: released },
    ],
    [
      "for another host's beat, once an operator released it",
      { ...evidence({ host: "there", process: "unknown" }), orders: released },
    ],
    [
      "for the beat of an adopted host",
      { ...evidence({ host: "there", process: "unknown" }), adoptedHosts: ["there"] },
    ],
    [
      "without watching, for a process that is gone",
      { ...withCode("process-gone"), watchedSeconds: 0, silentSeconds: 5, isConfirmed: false },
    ],
    [
      "without watching, for a crash",
      { ...withCode("crashed"), watchedSeconds: 0, silentSeconds: 0, isConfirmed: false },
    ],
    [
      "without watching, for a crash that was recorded before a boot",
      {
        ...withCode("crashed"),
        ...evidence({ exit: { code: 1, signal: null, at } }),
        isOtherBoot: true,
        watchedSeconds: 0,
      },
    ],
    [
      "without silence, for a standstill",
      { ...withCode("stuck"), watchedSeconds: 0, silentSeconds: 0 },
    ],
    [
      "soon after a boot, for the end of an agent that beat since",
      { ...withCode("process-gone", { age_seconds: 50 }), uptimeSeconds: 60, watchedSeconds: 0 },
    ],
    [
      "for a beat ahead of the clock, watched for the whole limit",
      { ...withCode("heartbeat-ahead"), silentSeconds: -1e6 },
    ],
    ["when a snooze is over", { orders: { ...NO_ORDERS, snooze: { at, until: at } } }],
  ];
  test.each(OPENED)("%s", (_, change) => {
    expect(close(change)).toEqual([]);
  });
});

const gates = (change: Partial<GateContext>) => closedGates({ ...OPEN, ...change });

test("a mission is given up when only the breaker, and perhaps the budget, holds back its attempt", () => {
  const attempts = failed(3000, 2900, 2800);
  expect(isGivenUp(gates({}))).toBe(false);
  expect(isGivenUp(gates({ attempts }))).toBe(true);
  expect(isGivenUp(gates({ attempts, budget: 0 }))).toBe(true);
  expect(isGivenUp(gates({ attempts, hold: { at } }))).toBe(false);
  // The agent of the last attempt may still send its first beat.
  expect(isGivenUp(gates({ attempts: attemptsOf("succeeded", 300, 200, 100) }))).toBe(false);
});

test("a release does not hold for a later beat", () => {
  const there = { ...evidence({ host: "there", process: "unknown" }), orders: released };
  expect(close({ ...there, digest: "b".repeat(16) })).toEqual(["other-host", "alive"]);
});

test("no paused or ended mission is revived", () => {
  const left = MISSION_STATUSES.filter(
    (mission_status) => close(cell({ mission_status })).length > 0,
  );
  expect(left.toSorted()).toEqual(["abandoned", "completed", "failed", "paused"]);
});

test.each([0, 50])("gates name the same time in each round: after %d s", (seconds) => {
  const now = new Date(NOON.getTime() + 1000 * seconds);
  const [unseen] = closedGates({ ...OPEN, now, watchedSeconds: 100 + seconds });
  expect(unseen?.text).toStartWith("waiting until 2026-01-01T12:03:20.000Z: ");
});

test("a first attempt, and one whose command ends the old agent, are allowed while no agent can beat", () => {
  expect(close({ beatsBlocked: suspicion })).toEqual([]);
  expect(close({ beatsBlocked: suspicion, attempts: failed(9000), ...stopping })).toEqual([]);
});

test("gates name the cause of a suspicion", () => {
  const [suspect] = closedGates({ ...OPEN, suspicion });
  expect(suspect?.text).toContain("(disk-full): the disk is full");
});

test("a gate that only an operator opens says what to type", () => {
  const byOperator: [GateName, Partial<GateContext>][] = [
    ["other-host", evidence({ host: "there" })],
    ["alive", evidence({ process: "unknown" })],
    ["hold", { hold: { at } }],
    ["orders", { orders: "unreadable" }],
    ["quarantined", { orders: { ...NO_ORDERS, quarantine: { at, reason: "no" } } }],
    ["attempts", { areAttemptsRead: false }],
    ["breaker", { attempts: failed(3000, 2900, 2800) }],
  ];
  for (const [gate, change] of byOperator) {
    const [closed] = closedGates({ ...OPEN, ...change });
    expect([gate, closed?.text]).toEqual([
      closed?.gate,
      expect.stringMatching(gate === "hold" ? /supervise resume$/ : `supervise release ${ID}`),
    ]);
  }
});

describe("the gates of an earlier plan with a release that was given since", () => {
  const names = ["quarantined", "attempts", "breaker", "backoff", "other-host", "alive", "running"];
  const earlier = names.map((gate) => ({ gate, text: "" }));
  const left = (process: "alive" | "unknown", isReleased: boolean) =>
    gatesWithOrders(
      { mission_id: ID, evidence: { process }, gates: earlier },
      { hold: null, orders: NO_ORDERS, now: NOON, isReleased },
    ).map(({ gate }) => gate);

  test("lose what it lifts, and keep a process that is seen running", () => {
    expect(left("alive", true)).toEqual(["alive", "running"]);
    expect(left("unknown", true)).toEqual(["running"]);
    expect(left("unknown", false)).toEqual(names);
  });
});
