/**
 * Makes a single attempt of supervise, for tests that interrupt it at each of its system calls:
 * `attempt.ts CONFIG`. With `attempt.ts CONFIG gave-up` it goes on until the mission is given up,
 * now or by an earlier run.
 *
 * It runs the daemon's own code, from the scan over the plan to the outcome and the event. Only
 * the scanner's clock is faster than real time; the delays after an attempt are real.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadSettings } from "../../lib/cli/settings.ts";
import { hostClock } from "../../lib/host/clock.ts";
import { startReviver } from "../../lib/supervise/revive/reviver.ts";
import { startNotifier } from "../../lib/supervise/notify/notifier.ts";
import { startEventDispatcher } from "../../lib/supervise/status/event-dispatch.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import { openStore } from "../../lib/supervise/store/store.ts";
import { monitorStore } from "../../lib/supervise/store/store-monitor.ts";
import { startErrorReporter } from "../../lib/supervise/store/error-reporter.ts";
import { openStatusMemory } from "../../lib/supervise/status/status-memory.ts";
import { startScanner } from "../../lib/supervise/status/incremental-scan.ts";
import type { Event } from "../../lib/contract/event.ts";
import type { RecordedEvents } from "../../lib/supervise/status/event-queue.ts";

/** Longer than any run that does not hang. */
const DEADLINE_MS = 60_000;
const POLL_MS = 100;
/** More than the age limit of the cell, and less than the gap after which a scanner restarts. */
const STEP_SECONDS = 2;

const settings = loadSettings({ config: process.argv[2] });
const store = openStore(storePathsOf(settings), new Date(), () => {});
let ended: readonly Event[] = [];
const real = hostClock();
let monotonic = 0;
const clock = { ...real, monotonic: () => monotonic };
const errors = startErrorReporter("attempt");
const scanner = startScanner(clock);
const memory = openStatusMemory(store, new Date());
const monitor = monitorStore(store, errors);
const notifier = startNotifier({ store, errors });
const dispatcher = startEventDispatcher({ store, monitor, memory, notifier, errors });
const untilGivenUp = process.argv[3] === "gave-up";
function addRecorded(recorded: RecordedEvents): void {
  dispatcher.addRecorded(recorded);
  ended = [...ended, ...recorded.events];
}
/** An attempt that an earlier run left behind has no exit code. */
const isMade = () => ended.some(({ exit_code }) => typeof exit_code === "number");
const isGivenUp = () =>
  readdirSync(join(store.storeDir, "attempts"), { encoding: "utf8", recursive: true }).some(
    (name) => name.endsWith(".gave-up.json"),
  );
const isDone = untilGivenUp ? isGivenUp : isMade;
const reviver = startReviver({
  store,
  monitor,
  scanner,
  memory,
  errors,
  addRecorded,
  clock,
  fleetFacts: undefined,
});

for (; !isDone(); monotonic += STEP_SECONDS) {
  if (performance.now() > DEADLINE_MS) throw new Error("No attempt was due");
  if (monotonic > STEP_SECONDS) await Bun.sleep(POLL_MS);
  const scan = scanner.scan(settings);
  memory.update(scan.report, scan.suspicions, settings);
  reviver.update(scan, settings);
  await reviver.drain();
}
dispatcher.flush(settings, new Date());
await notifier.drain();
process.exit(0);
