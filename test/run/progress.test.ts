/**
 * What counts as progress of a wrapped command, on simulated clocks.
 */
import { describe, expect, test } from "bun:test";
import { readAgentReport, NO_REPORT, fieldsForBeat } from "../../lib/run/rules/agent-report.ts";
import { comparableLine, KnownLines } from "../../lib/run/rules/known-lines.ts";
import { type ActivitySample, ProgressJudge } from "../../lib/run/rules/progress-judge.ts";
import { UnseenOutput } from "../../lib/run/rules/unseen-output.ts";
import { NOON } from "../tools/facts.ts";

const LIMIT = 60;
const NOTHING = { seconds: 1, cpuSeconds: 0, bytes: 0, writes: 0, hasNewLine: false };

/** The seconds at which a command is called stuck, of samples each second for ten minutes. */
function stuckAt(sampleAt: (second: number) => Partial<ActivitySample>): number[] {
  const judge = new ProgressJudge(LIMIT, 0);
  const found: number[] = [];
  for (let second = 1; second <= 600; second++) {
    judge.add({ ...NOTHING, ...sampleAt(second) }, second);
    if (judge.isStuck(second)) found.push(second);
  }
  return found;
}

describe("a command is called stuck", () => {
  test("after the limit, exactly, if it does nothing", () => {
    expect(stuckAt(() => ({}))[0]).toBe(LIMIT);
  });

  test.each([
    ["writes the same line each second", () => ({ bytes: 19, writes: 1 })],
    [
      "numbers its attempts",
      (at: number) => ({ bytes: `attempt ${at} failed\n`.length, writes: 1 }),
    ],
    ["writes two lines each time", () => ({ bytes: 60, writes: 2 })],
    [
      "writes with a growing delay",
      (at: number) => ((at & (at - 1)) === 0 ? { bytes: 30, writes: 1 } : {}),
    ],
    ["takes the CPU that waiting takes", () => ({ cpuSeconds: 0.009 })],
  ])("when it %s", (_, sampleAt) => {
    const [first = Number.POSITIVE_INFINITY] = stuckAt(sampleAt);
    expect(first).toBeLessThanOrEqual(2 * LIMIT);
    expect(first).toBeGreaterThanOrEqual(LIMIT);
  });

  test("not when its CPU time comes in one piece within the limit", () => {
    expect(stuckAt((at) => (at % (LIMIT - 1) === 0 ? { cpuSeconds: 0.7 } : {}))).toEqual([]);
  });

  test.each([
    ["uses one percent of a core", () => ({ cpuSeconds: 0.011 })],
    [
      "writes lines of different length",
      (at: number) => ({ bytes: 10 + ((at * 37) % 61), writes: 1 }),
    ],
    ["writes much", () => ({ bytes: 400, writes: 100 })],
    ["writes a line that was not there before", (at: number) => ({ hasNewLine: at % 50 === 0 })],
  ])("not when it %s", (_, sampleAt) => {
    expect(stuckAt(sampleAt)).toEqual([]);
  });

  test("not within the limit after it could not run, or after it reported progress", () => {
    const judge = new ProgressJudge(LIMIT, 0);
    judge.reset(100);
    expect([judge.isStuck(159), judge.isStuck(160)]).toEqual([false, true]);
    judge.progressAt(200);
    expect([judge.isStuck(259), judge.isStuck(260)]).toEqual([false, true]);
  });
});

describe("lines are compared", () => {
  test.each([
    ["429, trying again in 3 s", "429, trying again in 17 s"],
    ["Sat Nov 28 14:37:17 UTC 2026", "Sun Nov 29 04:01:00 UTC 2026"],
    ["2026-01-31T12:00:00.123Z failed", "2026-02-01T13:11:59.9Z failed"],
    [
      "request 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 refused",
      "request 9a7e5a34-6f6f-4c35-9d3e-2f3f5b0f7aff refused",
    ],
    ["\u001B[31merror\u001B[0m", "error"],
  ])("without digits, times, ids and colours: %p", (one, other) => {
    expect(comparableLine(one)).toBe(comparableLine(other));
  });

  test("as text: other words are another line", () => {
    expect(comparableLine("compiled main.c")).not.toBe(comparableLine("compiled util.c"));
  });

  test("across chunks, and each part of a line that is drawn over", () => {
    const lines = new KnownLines();
    const added = (text: string) => lines.add(Buffer.from(text));
    expect([added("hel"), added("lo\n"), added("hello\nhel"), added("lo\n")]).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect([added("10 %\r20 %\r"), added("30 %\r")]).toEqual([true, false]);
  });

  test("within bounds, whatever is written", () => {
    const lines = new KnownLines();
    expect(lines.add(Buffer.alloc(1_000_000, "x"))).toBe(true);
    expect(lines.add(Buffer.from(`${"y".repeat(1000)}\n`))).toBe(true);
    for (let n = 0; n < 3000; n++)
      lines.add(Buffer.from(`${n.toString(2).replaceAll("1", "a").replaceAll("0", "b")}\n`));
    expect(lines.add(Buffer.from("b\n"))).toBe(true);
  });
});

test("output is unseen only if it has not passed through the wrapper by the next sample", () => {
  const unseen = new UnseenOutput();
  const none = { bytes: 0, chunks: 0 };
  const nothing = { bytes: 0, writes: 0 };
  expect(unseen.add({ bytes: 20, writes: 2 }, none)).toEqual(nothing);
  expect(unseen.add({ bytes: 30, writes: 3 }, { bytes: 20, chunks: 1 })).toEqual(nothing);
  // Forwarded before it was seen to be written, as the two are not looked at at once.
  expect(unseen.add(nothing, { bytes: 40, chunks: 2 })).toEqual(nothing);
  expect(unseen.add({ bytes: 10, writes: 1 }, none)).toEqual(nothing);
  expect(unseen.add({ bytes: 70, writes: 7 }, none)).toEqual(nothing);
  expect(unseen.add(nothing, none)).toEqual({ bytes: 70, writes: 7 });
  expect(unseen.add(nothing, none)).toEqual(nothing);
});

const beat = { timestamp: NOON.toISOString(), state: "working" };
const isStuck = () => true;
const said = (more: object) => readAgentReport({ ...beat, ...more }, 100, 3600) ?? NO_REPORT;

/** The state at `at` if an activity was reported at 100. */
const stateDuring = (expect_seconds: number, at: number) =>
  fieldsForBeat(said({ activity: { what: "build", expect_seconds } }), isStuck, at).state;

describe("the wrapper's guess", () => {
  test("replaces working, and states that explain nothing", () => {
    expect(fieldsForBeat(NO_REPORT, isStuck, 0).state).toBe("stuck");
    expect(fieldsForBeat(said({ state: "reviewing", message: "m" }), isStuck, 101)).toEqual({
      state: "stuck",
      message: "m",
    });
  });

  test.each(["waiting", "stuck", "idle"])(
    "never replaces %s, with all that belongs to it",
    (state) => {
      const word = {
        state,
        message: "a question",
        until: NOON.toISOString(),
        progress: { done: 1 },
      };
      expect(fieldsForBeat(said(word), isStuck, 1e6)).toEqual(word);
    },
  );

  test("gives an activity its expected time, up to the operator's limit", () => {
    expect([stateDuring(600, 699), stateDuring(600, 700)]).toEqual(["working", "stuck"]);
    expect([stateDuring(1e9, 3699), stateDuring(1e9, 3700)]).toEqual(["working", "stuck"]);
  });

  test("finds no report of the agent in the beat of a new cell or in a last beat", () => {
    expect(readAgentReport({ ...beat, state: "exiting" }, 0, 1)).toBeUndefined();
    expect(readAgentReport({ ...beat, state: "initialized" }, 0, 1)).toBeUndefined();
  });

  test("does not repeat fields of a hook, or a process that another beat vouched for", () => {
    const process = { boot_id: "b", pid: 1 };
    expect(
      said({ on_events: true, process, runner: process, exit: { at: beat.timestamp } }).fields,
    ).toEqual({ state: "working" });
  });
});
