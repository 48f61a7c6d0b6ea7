/** Events that wait for a round are neither lost nor logged twice, whatever the disk does. */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../lib/base/errors.ts";
import type { Event } from "../../lib/contract/event.ts";
import { hostClock } from "../../lib/host/clock.ts";
import { bootId } from "../../lib/host/host.ts";
import type { Claim, Outcome } from "../../lib/supervise/revive/rules/attempt.ts";
import { startNotifier } from "../../lib/supervise/notify/notifier.ts";
import { outcomeWriter } from "../../lib/supervise/revive/attempt-outcome.ts";
import { claimAttempt } from "../../lib/supervise/revive/attempt-store.ts";
import { startEventDispatcher } from "../../lib/supervise/status/event-dispatch.ts";
import { appendEvents } from "../../lib/supervise/status/event-log.ts";
import { eventLogWriter } from "../../lib/supervise/status/event-log-writer.ts";
import { openEventQueue } from "../../lib/supervise/status/event-queue.ts";
import { writeMemory } from "../../lib/supervise/status/memory-file.ts";
import { openStatusMemory } from "../../lib/supervise/status/status-memory.ts";
import { startErrorReporter } from "../../lib/supervise/store/error-reporter.ts";
import { openStore } from "../../lib/supervise/store/store.ts";
import { monitorStore } from "../../lib/supervise/store/store-monitor.ts";
import { ID, NOON } from "../tools/facts.ts";
import { scratch } from "../tools/program.ts";

function newStore() {
  const stateDir = scratch();
  const paths = { stateDir, storeDir: join(stateDir, "roots", "r"), root: "/r" };
  return openStore(paths, NOON, () => {});
}

const eventOf = (id: string, more: Partial<Event> = {}): Event => ({
  schema_version: 1,
  at: NOON.toISOString(),
  event: "state-back",
  id,
  ...more,
});

/** A store in whose memory two events wait: one is about no mission. */
function storeWithQueue() {
  const store = newStore();
  const events = [eventOf("e1"), eventOf("e2", { event: "attempted", mission_id: ID })];
  const queued = events.map((event) => ({ event }));
  writeMemory(store, { round: 1, cells: new Map(), suspicions: {}, unsent: [], queued });
  const open = () =>
    openEventQueue(
      { store, memory: openStatusMemory(store, NOON) },
      { save: () => {}, trySave: () => {} },
    );
  return { store, events, open };
}

test("an event that is in the log is known by its id, with or without a mission", () => {
  const { store, events, open } = storeWithQueue();
  expect(events.map((event) => open().isLogged(event))).toEqual([false, false]);
  appendEvents(store, events);
  expect(events.map((event) => open().isLogged(event))).toEqual([true, true]);
});

test("a log that cannot be read keeps no daemon from starting", () => {
  const { store, events, open } = storeWithQueue();
  mkdirSync(join(store.storeDir, "events.ndjson"));
  const queue = open();
  expect(queue.take()).toEqual(events);
  expect(events.map((event) => queue.isLogged(event))).toEqual([false, false]);
});

test("no record is written before its events are in memory.json", () => {
  const store = newStore();
  const errors = startErrorReporter("test");
  const dispatcher = startEventDispatcher({
    store,
    errors,
    monitor: monitorStore(store, errors),
    memory: openStatusMemory(store, NOON),
    notifier: startNotifier({ store, errors }),
  });
  let written = 0;
  const add = () =>
    dispatcher.addRecorded({ events: [eventOf("e1")], record: "x", write: () => void written++ });
  const memory = join(store.storeDir, "memory.json");
  mkdirSync(memory);
  expect(add).toThrow(OperatorError);
  expect(written).toBe(0);
  rmSync(memory, { recursive: true });
  add();
  expect(written).toBe(1);
  // The earlier call appended nothing.
  expect(openStatusMemory(store, NOON).queued).toHaveLength(1);
});

const MANY = Array.from({ length: 12_000 }, (_, n) => eventOf(`e${n}`));

/** A log of a new store, the path of its file, and a function that appends events to it. */
function newLog() {
  const store = newStore();
  const errors = startErrorReporter("test");
  const append = eventLogWriter({ store, errors, monitor: monitorStore(store, errors) });
  return { path: join(store.storeDir, "events.ndjson"), append };
}

const linesIn = (path: string): string[] => readFileSync(path, "utf8").trimEnd().split("\n");

test("the log gets all events of a round, however many there are", () => {
  const { path, append } = newLog();
  append(MANY);
  expect(linesIn(path)).toHaveLength(MANY.length);
});

test("a log that can be written again gets the newest 10,000 events of the time before", () => {
  const { path, append } = newLog();
  mkdirSync(path);
  append(MANY);
  rmSync(path, { recursive: true });
  append([]);
  const lines = linesIn(path);
  expect(lines).toHaveLength(10_000);
  expect(lines[0]).toContain('"id":"e2000"');
  append([eventOf("next")]);
  expect(linesIn(path)).toHaveLength(10_001);
});

test("an outcome is recorded once, also where old attempts cannot be forgotten at first", () => {
  const store = newStore();
  const claim: Claim = {
    schema_version: 1,
    root: "/r",
    mission_id: ID,
    digest: "a".repeat(16),
    number: 1,
    at: NOON.toISOString(),
    boot_id: bootId(),
    uptime_seconds: 1,
    host: "h",
    pid: 1,
    command: ["true"],
    timeout_seconds: 7,
    reset_after_seconds: 60,
  };
  const outcome: Outcome = {
    schema_version: 1,
    ended_at: NOON.toISOString(),
    duration_ms: 1,
    exit_code: 0,
    signal: null,
    timed_out: false,
    log_tail: "",
  };
  claimAttempt(store, claim);
  let fails = true;
  const now = () => {
    if (fails) throw new OperatorError("io_error", "no", "no");
    return NOON;
  };
  const added: string[] = [];
  const write = outcomeWriter(
    {
      store,
      clock: { ...hostClock(), now },
      addRecorded({ events, write: record }) {
        record();
        added.push(...events.map(({ event }) => event));
      },
    },
    claim,
    outcome,
    null,
  );
  expect(write).toThrow(OperatorError);
  expect(added).toEqual(["attempted"]);
  fails = false;
  write();
  expect(added).toEqual(["attempted"]);
});
