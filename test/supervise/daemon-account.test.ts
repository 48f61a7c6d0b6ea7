/** The status that a daemon writes can always be read, and names no failure that is over. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { valueOf } from "../../lib/contract/facts.ts";
import { startDelivery } from "../../lib/supervise/notify/delivery.ts";
import { openRouteQueue } from "../../lib/supervise/notify/route-queue.ts";
import { messageOf } from "../../lib/supervise/notify/rules/message.ts";
import {
  type DaemonStatus,
  firstEntries,
  givenUpIn,
} from "../../lib/supervise/revive/daemon-status.ts";
import { readDaemonStatus, writeDaemonStatus } from "../../lib/supervise/revive/daemon-status.ts";
import type { PlannedAttempt } from "../../lib/supervise/revive/plan.ts";
import { startErrorReporter } from "../../lib/supervise/store/error-reporter.ts";
import { openStore } from "../../lib/supervise/store/store.ts";
import { until } from "../tools/background.ts";
import { idOf } from "../tools/cells.ts";
import { NOON } from "../tools/facts.ts";
import { scratch } from "../tools/program.ts";

const ROUTE = "r";
function newStore() {
  const stateDir = scratch();
  const paths = { stateDir, storeDir: join(stateDir, "roots", "r"), root: "/r" };
  return openStore(paths, NOON, () => {});
}

/** A delivery whose receiver runs `script`, with one message; the next try is up to the test. */
function deliveryBy(script: string) {
  const at = NOON.toISOString();
  const queue = openRouteQueue(
    { store: newStore(), errors: startErrorReporter("test") },
    ROUTE,
    [],
  );
  const header = { at, host: "h", root: "/r", observer_suspect: false, summary: null };
  queue.add((sequence, dropped) =>
    messageOf([{ schema_version: 1, at, event: "held" }], header, {
      id: Bun.randomUUIDv7(),
      route: ROUTE,
      sequence,
      dropped,
    }),
  );
  const delivery = startDelivery(queue, () => () => {});
  const start = (command: string) =>
    delivery.start({
      name: ROUTE,
      match: { labels: {}, attention: "none" },
      command: ["sh", "-c", command],
      timeout_seconds: 30,
    });
  start(script);
  return { delivery, start };
}

const FAILS = "head -c 20000 /dev/zero | tr '\\0' x; exit 1";

test("a failure is told in 300 characters, and no longer than it lasts", async () => {
  const { delivery, start } = deliveryBy(FAILS);
  const failure = () => delivery.counts().failure;
  await until(() => failure() !== null);
  expect(failure()).toStartWith("sh ended with 1: xxx");
  expect(failure()).toHaveLength(300);
  start("exit 65");
  await until(() => delivery.counts().refused === 1);
  expect(failure()).toBeNull();
});

test("the failure of a route that was removed is told no more", async () => {
  const { delivery } = deliveryBy("exit 1");
  await until(() => delivery.counts().failure !== null);
  delivery.stop();
  expect(delivery.counts().failure).toBeNull();
});

const plannedBehind = (...gates: string[]) =>
  ({
    observed: { cell: { mission_id: idOf(1) } },
    gates: gates.map((gate) => ({ gate, text: "" })),
  }) as unknown as PlannedAttempt;

test("a mission stays given up while another gate is closed too", () => {
  expect(givenUpIn([plannedBehind("hold"), plannedBehind("hold", "breaker")])).toEqual([idOf(1)]);
});

test("the account can be read where all of its parts are as long as they may be", () => {
  const planned = {
    observed: { cell: { mission_id: idOf(1), problems: [] } },
    context: { evidence: { process: null, exit: null, host: null } },
    command: ["true"],
    attempt: 1,
    gates: [{ gate: "hold", text: "x".repeat(200) }],
  } as unknown as PlannedAttempt;
  const routes = Array.from({ length: 40 }, (_, n) => [
    `route-${n}`.padEnd(32, "x"),
    { failed: 1, refused: 1, failure: "…".repeat(300) },
  ]);
  const status: DaemonStatus = {
    schema_version: 1,
    at: NOON.toISOString(),
    started_at: NOON.toISOString(),
    pid: 1,
    version: "1",
    host: "h",
    root: "/r",
    interval_seconds: 10,
    failure: null,
    policies: [["true"]],
    notifies: true,
    running: [],
    plan: firstEntries(Array.from({ length: 1000 }, () => planned)),
    planned: 1000,
    given_up: Array.from({ length: 300 }, (_, n) => idOf(n)),
    deliveries: Object.fromEntries(routes),
  };
  const store = newStore();
  writeDaemonStatus(store, status);
  const read = valueOf(readDaemonStatus(store));
  // Only the plan is shortened; `planned` has the full number.
  expect({ ...read, plan: [] }).toEqual({ ...status, plan: [] });
});
