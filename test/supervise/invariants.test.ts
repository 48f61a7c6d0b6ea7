/**
 * What must hold for every attempt, whatever is known of a cell: the gates are asked with generated
 * contexts. Each rule is stated here anew, from the promises, without the gates' own helpers.
 */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { MISSION_STATUSES } from "../../lib/contract/mission.ts";
import { type RevivableCode, RevivePolicy } from "../../lib/contract/revive-policy.ts";
import type { Attempt } from "../../lib/supervise/revive/rules/attempt.ts";
import type { GateContext } from "../../lib/supervise/revive/rules/gate-context.ts";
import { closedGates } from "../../lib/supervise/revive/rules/gates.ts";
import { NO_ORDERS } from "../../lib/supervise/orders/rules/order.ts";
import { ID, NOON } from "../tools/facts.ts";

const RUNS = { numRuns: 20_000 };
const DIGEST = "a".repeat(16);
const HERE = "here";
const LIMIT = 300;
const at = (seconds: number) => new Date(NOON.getTime() + 1000 * seconds).toISOString();

const CODES = [
  "heartbeat-old",
  "never-beat",
  "heartbeat-ahead",
  "exited",
  "crashed",
  "process-gone",
  "stuck",
] as const satisfies readonly RevivableCode[];
const seconds = fc.constantFrom(0, 1, 5, 59, 61, 299, 300, 301, 359, 361, 599, 601, 4000, 1e6);
/** Mostly `usual`, so that the other conditions decide as well. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
const [POLICY, STOPPING_POLICY] = [false, true].map((stops_running) =>
  v.parse(RevivePolicy, { command: ["true"], jitter: 0, stops_running }),
) as [RevivePolicy, RevivePolicy];

const earlierAttempts: fc.Arbitrary<Attempt[]> = fc
  .array(
    fc.record({
      elapsed: fc.constantFrom(10, 70, 150, 400, 1000, 3000, 5000, 9000, 1e5),
      state: mostly<Attempt["state"]>(
        "failed",
        "succeeded",
        "lost",
        "running",
        "unknown",
        "final",
        "unreadable",
      ),
    }),
    { maxLength: 4 },
  )
  .map((made) =>
    made
      .toSorted((a, b) => b.elapsed - a.elapsed)
      .map((each, index) => ({ ...each, digest: DIGEST, number: index + 1, tookSeconds: 0 })),
  );

const contexts: fc.Arbitrary<GateContext> = fc
  .record({
    code: fc.constantFrom(...CODES),
    missionStatus: mostly<GateContext["cell"]["mission_status"]>(
      "active",
      null,
      ...MISSION_STATUSES,
    ),
    process: fc.constantFrom("alive", "gone", "unknown", null),
    beatHost: mostly<string | null>(HERE, "there", null),
    exit: fc.constantFrom(null, null, { code: 1, signal: null, at: at(-400) }),
    adoptedHosts: mostly<string[]>([], ["there"]),
    released: mostly<string | undefined>(undefined, DIGEST, "b".repeat(16)),
    snooze: mostly<number | undefined>(undefined, -10, 10),
    isQuarantined: mostly(false, true),
    areOrdersRead: mostly(true, false),
    hold: mostly<GateContext["hold"]>(null, { at: at(-9) }, "unreadable"),
    stateFlaw: mostly<string | undefined>(undefined, "the state directory is not there"),
    suspicion: mostly<GateContext["suspicion"]>(undefined, { cause: "disk-full", text: "full" }),
    beatsBlocked: mostly<GateContext["beatsBlocked"]>(undefined, {
      cause: "disk-full",
      text: "full",
    }),
    stopsRunning: fc.boolean(),
    isConfirmed: mostly(true, false),
    areAttemptsRead: mostly(true, false),
    isRunning: mostly(false, true),
    isOtherBoot: fc.boolean(),
    budget: mostly(1, 0),
    agreeingRounds: fc.integer({ min: 1, max: 4 }),
    silentSeconds: seconds,
    watchedSeconds: seconds,
    uptimeSeconds: seconds,
    attempts: fc.oneof(fc.constant([]), earlierAttempts),
  })
  .map((given) => ({
    ...given,
    now: NOON,
    digest: DIGEST,
    host: HERE,
    fleet: undefined,
    requiredRounds: 2,
    jitterFraction: 0.5,
    policy: given.stopsRunning ? STOPPING_POLICY : POLICY,
    evidence: { process: given.process, host: given.beatHost, exit: given.exit },
    orders: given.areOrdersRead ? ordersOf(given) : "unreadable",
    cell: {
      mission_id: ID,
      title: null,
      owner: null,
      source: null,
      attention: "critical" as const,
      message: null,
      progress: null,
      activity: null,
      expected_since: null,
      evidence: { process: null, exit: null, host: null },
      labels: {},
      status: "stale",
      mission_status: given.missionStatus,
      state: "working",
      last_heartbeat: at(-given.silentSeconds),
      age_seconds: given.silentSeconds,
      limit_seconds: LIMIT,
      problems: [{ code: given.code, path: "state/heartbeat.json", text: "" }],
    },
  }));

interface GivenOrders {
  readonly released: string | undefined;
  readonly snooze: number | undefined;
  readonly isQuarantined: boolean;
}

const ordersOf = ({ released, snooze, isQuarantined }: GivenOrders): GateContext["orders"] => ({
  ...NO_ORDERS,
  ...(released === undefined ? {} : { released: { at: at(-9), digest: released } }),
  ...(snooze === undefined ? {} : { snooze: { at: at(-99), until: at(snooze) } }),
  ...(isQuarantined ? { quarantine: { at: at(-9), reason: "no" } } : {}),
});

const isDue = (context: GateContext): boolean => closedGates(context).length === 0;
const codeOf = ({ cell }: GateContext) => cell.problems[0]?.code ?? "absent";
const isReleased = ({ orders }: GateContext) =>
  orders !== "unreadable" && orders.released?.digest === DIGEST;
const isAdopted = ({ evidence, adoptedHosts }: GateContext) =>
  evidence.host !== null && adoptedHosts.includes(evidence.host);
const isSilence = (context: GateContext) =>
  ["heartbeat-old", "never-beat", "heartbeat-ahead"].includes(codeOf(context));

const wasSeenToEnd = (context: GateContext) =>
  ["crashed", "process-gone"].includes(codeOf(context)) ||
  (codeOf(context) === "exited" &&
    (context.evidence.exit !== null || context.evidence.process === "gone"));

/** Each rule holds for every attempt that is due. */
const RULES: readonly (readonly [string, (context: GateContext) => boolean])[] = [
  [
    "nothing is started beside a process that a beat vouches for",
    ({ evidence, policy }) => policy.stops_running || evidence.process !== "alive",
  ],
  [
    "nothing is started beside a process that may run, but by an operator's or a wrapper's word",
    (context) =>
      context.policy.stops_running ||
      context.evidence.process !== "unknown" ||
      context.evidence.exit !== null ||
      isReleased(context) ||
      (context.evidence.host !== HERE && isAdopted(context)),
  ],
  ["nothing that a suspicion covers is acted upon", ({ suspicion }) => suspicion === undefined],
  [
    "nothing is started beside an agent that an attempt started and that cannot beat",
    ({ beatsBlocked, attempts, policy }) =>
      beatsBlocked === undefined || attempts.length === 0 || policy.stops_running,
  ],
  [
    "nothing is done while an order holds",
    ({ hold, orders, attempts }) =>
      hold === null &&
      orders !== "unreadable" &&
      orders.quarantine === undefined &&
      (orders.snooze === undefined || Date.parse(orders.snooze.until) <= NOON.getTime()) &&
      attempts.every(({ state }) => state !== "final"),
  ],
  [
    "nothing is done where no beat was expected",
    ({ cell }) => ["initialized", "active"].includes(cell.mission_status ?? ""),
  ],
  [
    "nothing is done for a cell of another host, but by an operator's word",
    (context) =>
      context.evidence.host === null ||
      context.evidence.host === HERE ||
      isReleased(context) ||
      isAdopted(context),
  ],
  [
    "a silence, and a cell of another host, is watched for the whole limit",
    (context) =>
      !(isSilence(context) || (context.evidence.host ?? HERE) !== HERE) ||
      context.watchedSeconds >= LIMIT,
  ],
  [
    "a process of another boot, which may run on another host, is watched for the whole limit",
    (context) =>
      codeOf(context) !== "process-gone" ||
      !context.isOtherBoot ||
      context.evidence.exit !== null ||
      context.watchedSeconds >= LIMIT,
  ],
  [
    "a silence settles",
    (context) =>
      !["heartbeat-old", "never-beat"].includes(codeOf(context)) ||
      context.silentSeconds >= LIMIT + 60,
  ],
  [
    "nothing is done on a single look",
    (context) => (wasSeenToEnd(context) ? context.agreeingRounds >= 2 : context.isConfirmed),
  ],
  [
    "at most one command runs, and at most three start within an hour",
    ({ attempts, isRunning }) =>
      !isRunning &&
      attempts.every(({ state }) => !["running", "unknown", "unreadable"].includes(state)) &&
      attempts.every(
        (last) =>
          last.elapsed >= 3600 ||
          attempts.filter(
            (each) => each.elapsed >= last.elapsed && each.elapsed - last.elapsed < 3600,
          ).length < 3,
      ),
  ],
  [
    "a revived agent gets its whole limit for its first beat",
    ({ attempts }) => {
      const last = attempts.at(-1);
      return last === undefined || last.elapsed >= (last.state === "failed" ? 60 : LIMIT);
    },
  ],
  [
    "nothing is done without a readable state, nor beyond the budget",
    ({ stateFlaw, areAttemptsRead, budget }) =>
      stateFlaw === undefined && areAttemptsRead && budget > 0,
  ],
];

describe("for every attempt", () => {
  test("each rule holds", () => {
    fc.assert(
      fc.property(contexts, (context) => {
        if (!isDue(context)) return;
        expect(RULES.filter(([, holds]) => !holds(context)).map(([rule]) => rule)).toEqual([]);
      }),
      RUNS,
    );
  });

  test("the generated contexts include many attempts", () => {
    const sample = fc.sample(contexts, { ...RUNS, seed: 1 });
    expect(sample.filter(isDue).length).toBeGreaterThan(200);
  });
});

/** The context without any guard: the agent is dead, and nothing prevents an attempt. */
const withoutGuards = (context: GateContext): GateContext => ({
  ...context,
  evidence: { ...context.evidence, process: null, host: HERE },
  cell: { ...context.cell, mission_status: "active", age_seconds: 1e6 },
  orders: NO_ORDERS,
  hold: null,
  stateFlaw: undefined,
  suspicion: undefined,
  beatsBlocked: undefined,
  isConfirmed: true,
  areAttemptsRead: true,
  isRunning: false,
  budget: 1,
  agreeingRounds: 2,
  silentSeconds: 1e6,
  watchedSeconds: LIMIT,
  attempts: [],
});

/** The context long after: what ends by itself has ended, and its agent, if it ran, has ended too. */
const longAfter = (context: GateContext): GateContext => ({
  ...context,
  now: new Date(NOON.getTime() + 1e9),
  evidence: {
    ...context.evidence,
    process: context.evidence.process === "alive" ? "gone" : context.evidence.process,
  },
  suspicion: undefined,
  beatsBlocked: undefined,
  isConfirmed: true,
  isRunning: false,
  budget: 1,
  agreeingRounds: 1e5,
  silentSeconds: context.silentSeconds + 1e6,
  watchedSeconds: context.watchedSeconds + 1e6,
  uptimeSeconds: context.uptimeSeconds + 1e6,
  attempts: context.attempts.map((attempt) => ({
    ...attempt,
    elapsed: attempt.elapsed + 1e6,
    state: attempt.state === "running" ? "lost" : attempt.state,
  })),
});

/** What an operator can do: `resume`, a readable state, and `release`, which also drops attempts. */
const byAnOperator = (context: GateContext): GateContext => ({
  ...context,
  hold: null,
  stateFlaw: undefined,
  areAttemptsRead: true,
  orders: { ...NO_ORDERS, released: { at: at(0), digest: context.digest } },
  attempts: [],
});

describe("the other way round", () => {
  test("a death without a guard is acted upon", () => {
    fc.assert(
      fc.property(contexts, (context) => isDue(withoutGuards(context))),
      RUNS,
    );
  });

  test("every guard ends: by itself, or when an operator says so", () => {
    fc.assert(
      fc.property(contexts, (context) => {
        const active = { ...context, cell: { ...context.cell, mission_status: "active" as const } };
        return isDue(byAnOperator(longAfter(active)));
      }),
      RUNS,
    );
  });

  test("no guard but those of an operator, another host or an unseen process stays closed", () => {
    const STAYS = [
      "other-host",
      "alive",
      "state",
      "hold",
      "orders",
      "quarantined",
      "attempts",
      "running",
      "resting",
    ];
    fc.assert(
      fc.property(contexts, (context) =>
        closedGates(longAfter(context)).every(({ gate }) => STAYS.includes(gate)),
      ),
      RUNS,
    );
  });
});
