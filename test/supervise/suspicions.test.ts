import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ReportCell, SuspicionCause } from "../../lib/contract/report.ts";
import {
  NO_SUSPICION,
  nextSuspicions,
  type RoundFacts,
} from "../../lib/supervise/status/rules/suspicion-state.ts";
import {
  type RoundSuspicions,
  roundSuspicions,
} from "../../lib/supervise/status/rules/suspicions.ts";
import type { WatchedCell } from "../../lib/supervise/status/rules/watch-restart.ts";
import { idOf } from "../tools/cells.ts";
import { NOON } from "../tools/facts.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";

const INTERVAL = 10;
const ROOM = { freeBytes: 1e9, freeInodes: 1000, isReadOnly: false };

/** An agent of a simulated host: it beats while it lives, and while it can write. */
interface Agent {
  readonly id: string;
  readonly limit: number;
  readonly interval: number;
  isAlive: boolean;
  /** Its last beat by the wall clock, in milliseconds. `lastAt` is by the monotonic clock, in seconds. */
  lastMs: number;
  lastAt: number;
  /** Its process is known to be gone. */
  isGone?: boolean;
}

/** A host with agents, on clocks that a test moves. */
function world(limits: readonly number[]) {
  const clock = simulatedClock(NOON);
  const agents: Agent[] = limits.map((limit, n) => ({
    id: idOf(n),
    limit,
    interval: limit / 4,
    isAlive: true,
    lastMs: NOON.getTime(),
    lastAt: clock.monotonic(),
  }));
  let state = NO_SUSPICION;
  let facts: Partial<RoundFacts> = {};
  let isWritable = true;

  function beat(): void {
    for (const agent of agents) {
      if (!agent.isAlive || !isWritable) continue;
      if (clock.monotonic() - agent.lastAt < agent.interval) continue;
      agent.lastMs = clock.now().getTime();
      agent.lastAt = clock.monotonic();
    }
  }

  const cellOf = ({ id, limit, lastMs, lastAt, interval, isGone }: Agent): WatchedCell => {
    const age = (clock.now().getTime() - lastMs) / 1000;
    const code = isGone
      ? "process-gone"
      : age > limit
        ? "heartbeat-old"
        : age < -60
          ? "heartbeat-ahead"
          : undefined;
    const problems: ReportCell["problems"] =
      code === undefined ? [] : [{ code, path: "state/heartbeat.json", text: "silent" }];
    const cell = {
      mission_id: id,
      limit_seconds: limit,
      state: "working",
      status: code === undefined ? "healthy" : "stale",
      problems,
    } as ReportCell;
    return {
      cell,
      watchedSince: lastAt,
      rhythm: { lastMs, dueMs: lastMs + 1000 * interval, isSingle: false },
    };
  };

  function round(): RoundSuspicions {
    const cells = agents.map(cellOf);
    state = nextSuspicions(state, {
      clocks: {
        wallMs: clock.now().getTime(),
        monotonic: clock.monotonic(),
        uptime: clock.uptime(),
      },
      interval: INTERVAL,
      fileSystem: isWritable ? ROOM : { ...ROOM, freeBytes: 0 },
      root: { identity: "1:1", acceptance: undefined },
      isInterrupted: false,
      cells,
      ids: new Set((facts.cells ?? cells).map(({ cell }) => cell.mission_id)),
      ...facts,
    });
    facts = {};
    return roundSuspicions(state, cells);
  }

  return {
    clock,
    agents,
    /** Lets rounds pass, and returns the suspicions of the last one. */
    rounds(count = 1): RoundSuspicions {
      for (let n = 1; n < count; n++) {
        clock.pass(INTERVAL);
        beat();
        round();
      }
      clock.pass(INTERVAL);
      beat();
      return round();
    },
    round,
    /** Changes what the next round finds. */
    next: (changes: Partial<RoundFacts>) => void (facts = changes),
    fill: (isFull: boolean) => void (isWritable = !isFull),
    cellOf,
    /** The cells that an observer may act upon or tell of. */
    uncovered: (found: RoundSuspicions) =>
      agents.map(cellOf).filter(({ cell }) => cell.problems.length > 0 && !found.covers(cell)),
  };
}

const causes = ({ active }: RoundSuspicions): SuspicionCause[] => active.map(({ cause }) => cause);

describe("a clock that is set", () => {
  test.each([3 * 3600, -3 * 3600])("by %d s covers silence, and ends with the next beats", (by) => {
    const host = world([60, 60, 60]);
    host.rounds(10);
    host.clock.step(by);
    const found = host.round();
    expect(causes(found)).toEqual(["clock-step"]);
    expect(found.reported?.cause).toBe("clock-step");
    expect(host.uncovered(found)).toEqual([]);
    const after = host.rounds(3);
    expect(causes(after)).toEqual([]);
    expect(after.reported).toBeUndefined();
  });

  test("covers each cell for its own limit only", () => {
    const host = world([60, 300]);
    host.rounds(10);
    for (const agent of host.agents) agent.isAlive = false;
    host.clock.step(3600);
    host.round();
    // The two fell silent at once, which is a suspicion of its own: it is not what this test is about.
    const covered = () => host.rounds().active.some(({ cause }) => cause === "clock-step");
    for (let seconds = INTERVAL; seconds < 300; seconds += INTERVAL) expect(covered()).toBe(true);
    expect(covered()).toBe(false);
  });

  test("again and again covers nothing for longer than one limit", () => {
    const host = world([300, 300, 300]);
    host.rounds(40);
    const [dead] = host.agents;
    if (dead !== undefined) dead.isAlive = false;
    let covered = 0;
    for (let n = 0; n < 200; n++) {
      host.clock.step(n % 2 === 0 ? 400 : -400);
      const found = host.rounds();
      const [cell] = host.agents.map(host.cellOf);
      if (cell !== undefined && found.covers(cell.cell) !== undefined) covered += 1;
    }
    expect(covered * INTERVAL).toBeLessThanOrEqual(300);
  });

  test("a second time, later than one limit, covers another limit", () => {
    const host = world([60, 60, 600]);
    host.rounds(10);
    for (let n = 0; n < 2; n++) {
      host.clock.step(3600);
      const found = host.round();
      expect(causes(found)).toEqual(["clock-step"]);
      expect(found.watchStart(60)).toBe(host.clock.monotonic());
      host.rounds(20);
    }
  });

  test("by NTP, which adjusts it gradually, is not a step", () => {
    const host = world([60]);
    host.rounds();
    for (let n = 0; n < 100; n++) {
      host.clock.step(0.005);
      expect(causes(host.rounds())).toEqual([]);
    }
  });
});

test("a suspended host watches anew from its resume on", () => {
  const host = world([60, 300]);
  host.rounds(10);
  host.clock.suspend(3 * 3600);
  const found = host.round();
  expect(causes(found)).toEqual(["suspended"]);
  expect(host.uncovered(found)).toEqual([]);
  expect(found.watchStart(60)).toBe(host.clock.monotonic());
  const after = host.rounds(8);
  expect(causes(after)).toEqual([]);
  expect(host.uncovered(after)).toEqual([]);
});

test("a late round covers silence, and ends with the first punctual one", () => {
  const host = world([60]);
  host.rounds(10);
  host.clock.pass(100);
  const late = host.round();
  expect(causes(late)).toEqual(["starved"]);
  expect(host.uncovered(late)).toEqual([]);
  expect(late.watchStart(60)).toBe(host.clock.monotonic());
  expect(causes(host.rounds())).toEqual([]);
});

describe("a full disk", () => {
  test("covers silence and no other death, until each agent had its limit to beat again", () => {
    const host = world([40, 40, 40, 200]);
    host.rounds(10);
    host.fill(true);
    const [first] = host.agents;
    if (first !== undefined) first.isGone = true;
    for (let n = 0; n < 500; n++) {
      const found = host.rounds();
      expect(causes(found)).toEqual(["disk-full"]);
      expect(host.uncovered(found).map(({ cell }) => cell.mission_id)).toEqual([idOf(0)]);
    }
    host.fill(false);
    // The first round with room: no agent has beaten yet.
    const back = host.round();
    expect(host.uncovered(back)).toHaveLength(1);
    expect(back.watchStart(40)).toBe(host.clock.monotonic());
    expect(causes(host.rounds(6))).toEqual([]);
  });

  test("hides no death forever: one is acted upon a limit after there is room again", () => {
    const host = world([40, 40, 40]);
    host.rounds(10);
    host.fill(true);
    const [dead] = host.agents;
    if (dead !== undefined) dead.isAlive = false;
    host.rounds(100);
    host.fill(false);
    host.rounds(1);
    expect(host.uncovered(host.rounds(4)).map(({ cell }) => cell.mission_id)).toEqual([idOf(0)]);
  });
});

describe("a root", () => {
  const other = { root: { identity: "1:2", acceptance: undefined } };
  test("that was replaced covers everything until the old one is back", () => {
    const host = world([60, 60]);
    host.rounds(10);
    const [first] = host.agents;
    if (first !== undefined) first.isGone = true;
    for (let n = 0; n < 1000; n++) {
      host.next(other);
      const found = host.rounds();
      expect(causes(found)).toEqual(["root-replaced"]);
      expect(found.coveringAll?.cause).toBe("root-replaced");
      expect(host.uncovered(found)).toEqual([]);
    }
    const back = host.rounds();
    expect(causes(back)).toEqual([]);
    expect(back.watchStart(60)).toBe(host.clock.monotonic());
  });

  test("that an operator accepts is trusted from then on", () => {
    const host = world([60, 60]);
    host.rounds(10);
    host.next(other);
    expect(causes(host.rounds())).toEqual(["root-replaced"]);
    const acceptance = { at: "2026-01-01T12:10:00.000Z", identity: "1:2" };
    for (let n = 0; n < 3; n++) {
      host.next({ root: { identity: "1:2", acceptance } });
      expect(causes(host.rounds())).toEqual([]);
    }
    // The acceptance has been used: that cells vanish from this directory later is a new suspicion.
    host.next({ root: { identity: "1:2", acceptance }, cells: [] });
    expect(causes(host.rounds())).toEqual(["root-replaced"]);
    // It did not accept any other directory.
    host.next({ root: { identity: "1:3", acceptance } });
    expect(causes(host.rounds())).toEqual(["root-replaced"]);
  });

  test("whose cells are all gone at once is another one, and an empty one can be replaced", () => {
    const host = world([60, 60]);
    host.rounds(10);
    host.next({ cells: [] });
    expect(causes(host.rounds())).toEqual(["root-replaced"]);
    expect(causes(host.rounds())).toEqual([]);
    const empty = world([]);
    empty.rounds();
    empty.next(other);
    expect(causes(empty.rounds())).toEqual([]);
  });
});

describe("mass silence", () => {
  test("covers those that it explains for ten minutes, and not the one that died before", () => {
    const host = world([40, 60, 80, 200, 300, 60]);
    host.rounds(20);
    const last = host.agents.at(-1);
    if (last !== undefined) last.isAlive = false;
    expect(host.uncovered(host.rounds(10))).toHaveLength(1);
    for (const agent of host.agents) agent.isAlive = false;
    let covered = 0;
    for (let n = 0; n < 200; n++) {
      const found = host.rounds();
      const isActive = causes(found).includes("mass-silence");
      if (isActive) covered += 1;
      // The one that had died long before is never covered.
      expect(host.uncovered(found).map(({ cell }) => cell.mission_id)).toContain(idOf(5));
      if (isActive) expect(host.uncovered(found)).toHaveLength(1);
    }
    expect(covered * INTERVAL).toBeGreaterThan(500);
    expect(covered * INTERVAL).toBeLessThanOrEqual(600);
    expect(host.uncovered(host.rounds())).toHaveLength(6);
  });

  test("is not reported together with the cause that explains it", () => {
    const host = world([40, 40, 40, 40, 40]);
    host.rounds(10);
    host.fill(true);
    expect(causes(host.rounds(30))).toEqual(["disk-full"]);
  });
});

test("no cause is seen on a quiet host, and every death there counts within its limit", () => {
  const host = world([40, 60, 80, 100]);
  for (let n = 0; n < 500; n++) expect(causes(host.rounds())).toEqual([]);
  const [dead] = host.agents;
  if (dead !== undefined) dead.isAlive = false;
  expect(host.uncovered(host.rounds(6)).map(({ cell }) => cell.mission_id)).toEqual([idOf(0)]);
});

/** What may happen to a host between two rounds. */
const mishap = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: "none" as const }) },
  fc.record({ kind: fc.constant("step" as const), by: fc.integer({ min: -9000, max: 9000 }) }),
  fc.record({ kind: fc.constant("suspend" as const), by: fc.integer({ min: 3, max: 9000 }) }),
  fc.record({ kind: fc.constant("late" as const), by: fc.integer({ min: 60, max: 900 }) }),
  fc.record({ kind: fc.constant("fill" as const), by: fc.constant(0) }),
  fc.record({ kind: fc.constant("room" as const), by: fc.constant(0) }),
);

function happen(host: ReturnType<typeof world>, { kind, by = 0 }: { kind: string; by?: number }) {
  if (kind === "step") host.clock.step(by);
  if (kind === "suspend") host.clock.suspend(by);
  if (kind === "late") host.clock.pass(by);
  if (kind === "fill") host.fill(true);
  if (kind === "room") host.fill(false);
}

const limits = fc.array(fc.integer({ min: 40, max: 600 }), { minLength: 1, maxLength: 12 });
const mishaps = fc.array(mishap, { minLength: 1, maxLength: 60 });

test("whatever happens to a host, no agent that lives is acted upon", () => {
  fc.assert(
    fc.property(limits, mishaps, (each, events) => {
      const host = world(each);
      host.rounds(5);
      for (const event of events) {
        happen(host, event);
        const found = host.round();
        // To act needs both: nothing covers the silence, and it was watched for the whole limit.
        const acted = host.uncovered(found).filter(({ cell, watchedSince }) => {
          const limit = cell.limit_seconds ?? 0;
          const since = Math.max(watchedSince, found.watchStart(limit));
          return host.clock.monotonic() - since >= limit;
        });
        expect(acted).toEqual([]);
        host.rounds();
      }
    }),
    { numRuns: 300 },
  );
});

/** The clock passes the beat of the dead agent right when the host has been quiet for the time below. */
const PASSING: [number[], { kind: "step"; by: number }[], number][] = [
  [
    [40],
    [
      { kind: "step", by: -6733 },
      { kind: "step", by: -3557 },
    ],
    0,
  ],
];

test("whatever happened to a host, once it is quiet every death counts", () => {
  fc.assert(
    fc.property(limits, mishaps, fc.nat({ max: 11 }), (each, events, which) => {
      const host = world(each);
      host.rounds(5);
      const dead = host.agents[which % host.agents.length];
      for (const [at, event] of events.entries()) {
        if (at === events.length >> 1 && dead !== undefined) dead.isAlive = false;
        happen(host, event);
        host.rounds();
      }
      host.fill(false);
      // Its limit, ten minutes of mass silence at most, and the others' first beats.
      let found = host.rounds(Math.ceil((600 + 600 + 9000 + 100) / INTERVAL));
      // While the clock passes a beat that lay ahead of it, that beat looks fresh for a time.
      for (let n = 0; n < 70 && host.uncovered(found).length === 0; n++) found = host.rounds();
      expect(host.uncovered(found).map(({ cell }) => cell.mission_id)).toEqual([dead?.id ?? ""]);
      expect(causes(found)).toEqual([]);
    }),
    { numRuns: 100, examples: PASSING },
  );
});
