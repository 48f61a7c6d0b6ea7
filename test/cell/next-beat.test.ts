import { describe, expect, test } from "bun:test";
import { type BeatFields, nextBeat, receivedBeat } from "../../lib/cell/rules/next-beat.ts";
import type { Heartbeat } from "../../lib/contract/heartbeat.ts";
import { ID, NOON } from "../tools/facts.ts";

const WRITER = { host: "h", boot_id: "b", pid: 7 };
const PROCESS = { boot_id: "b", pid: 7, start_ticks: 1 };
const RUNNER = { boot_id: "b", pid: 6, start_ticks: 1 };
const at = (seconds: number) => new Date(NOON.getTime() + 1000 * seconds);

const next = (
  last: Heartbeat | undefined,
  fields: BeatFields,
  seconds = 0,
  more: object = {},
): Heartbeat =>
  nextBeat(last, {
    id: ID,
    fields,
    writer: WRITER,
    freshRunId: "fresh",
    now: at(seconds),
    ...more,
  });

describe("a beat keeps from the last one", () => {
  const last = {
    ...next(undefined, { state: "exiting", until: NOON.toISOString(), on_events: true }),
    process: PROCESS,
    runner: RUNNER,
    exit: { code: 1, at: NOON.toISOString() },
    other_writer: { at: NOON.toISOString() },
  };

  test("nothing of another run or state", () => {
    expect(next(last, { state: "working" }, 1)).not.toContainAnyKeys([
      "process",
      "runner",
      "exit",
      "until",
      "on_events",
      "other_writer",
    ]);
  });

  test("its processes and its run id, if the caller asks for that", () => {
    const kept = { process: PROCESS, runner: RUNNER, run_id: "theirs" };
    const other = { ...WRITER, pid: 8 };
    const beat = next(last, { state: "working" }, 1, { kept, writer: other });
    expect(beat).toMatchObject({ process: PROCESS, runner: RUNNER, run_id: "theirs", pid: 8 });
    expect(next(last, { state: "working", process: RUNNER }, 1, { kept }).process).toEqual(RUNNER);
  });
});

describe("state_since", () => {
  test.each(["waiting", "stuck"])("is when the state %s began", (state) => {
    const first = next(undefined, { state });
    const second = next(first, { state }, 10);
    const third = next(second, { state }, 20);
    expect(first.state_since).toBeUndefined();
    expect([second.state_since, third.state_since]).toEqual([
      at(0).toISOString(),
      at(0).toISOString(),
    ]);
    expect(next(next(third, { state: "working" }, 30), { state }, 40).state_since).toBeUndefined();
  });

  test("is not written for other states", () => {
    for (const state of ["working", "idle"])
      expect(next(next(undefined, { state }), { state }, 1).state_since).toBeUndefined();
  });

  test("is never ahead of the clock", () => {
    const ahead = next(undefined, { state: "waiting" }, 100);
    expect(next(ahead, { state: "waiting" }, 1).state_since).toBeUndefined();
    const claimed = {
      ...next(undefined, { state: "waiting" }),
      state_since: at(100).toISOString(),
    };
    expect(next(claimed, { state: "waiting" }, 1).state_since).toBeUndefined();
  });
});

test("a beat received over HTTP vouches for no process of this host, and keeps its recorded exit", () => {
  const exit = { code: 3, at: NOON.toISOString() };
  const sent = { timestamp: "", state: "exiting", process: PROCESS, runner: RUNNER, exit };
  const received = receivedBeat(ID, sent, undefined, NOON);
  expect(received).not.toContainAnyKeys(["process", "runner"]);
  expect(received).toMatchObject({ exit, seq: 1, timestamp: NOON.toISOString() });
});
