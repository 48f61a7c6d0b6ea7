/**
 * One round: scan, write the report, dispatch events, revive, clean up. While the store is lost,
 * nothing is revived or cleaned up.
 *
 * @module
 */
import { dirname } from "node:path";
import type { CommandFlags } from "../../base/command-flags.ts";
import type { Clock } from "../../base/clock.ts";
import { OperatorError } from "../../base/errors.ts";
import type { Event } from "../../contract/event.ts";
import type { Report } from "../../contract/report.ts";
import type { Settings } from "../../contract/settings.ts";
import { writeOutput } from "../../host/files/output-file.ts";
import { ownStatusWriter } from "./own-status.ts";
import type { PlannedAttempt } from "../revive/plan.ts";
import type { Notifier } from "../notify/notifier.ts";
import { type ReviverContext, startReviver } from "../revive/reviver.ts";
import type { RootLock } from "../store/root-lock.ts";
import { startCleanup } from "../cleanup/gone-cells.ts";
import { acceptedRoot } from "../status/accepted-root.ts";
import { startEventDispatcher } from "../status/event-dispatch.ts";
import { monitorStore } from "../store/store-monitor.ts";
import type { Store } from "../store/store.ts";
import { openStatusMemory } from "../status/status-memory.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";
import { reportJson } from "../../view/report-text.ts";
import { type RootScan, startScanner } from "../status/incremental-scan.ts";

export interface RoundContext {
  readonly store: Store;
  readonly rootLock: RootLock;
  readonly notifier: Notifier;
  readonly errors: ErrorReporter;
  /** The file for the report. */
  readonly output: string;
  readonly clock: Clock;
  readonly fleetFacts: ReviverContext["fleetFacts"];
  /** What commands in messages and reasons need. */
  readonly flags?: CommandFlags | undefined;
}

export interface RoundRunner {
  /**
   * Runs one round; returns its report, or why the root could not be scanned. Other operational
   * errors are reported, and the rest of the round still runs.
   */
  run(settings: Settings): Report | OperatorError;
  /** Queues events from outside the rounds for the next one. */
  addEvents(events: readonly Event[]): void;
  /** Waits until the revive commands have ended, and dispatches their events. */
  drain(settings: Settings): Promise<void>;
}

export function startRoundRunner(context: RoundContext): RoundRunner {
  const { store, rootLock, notifier, errors, output, clock, fleetFacts, flags } = context;
  const scanner = startScanner(clock, () => acceptedRoot(store));
  const memory = openStatusMemory(store, clock.now());
  const monitor = monitorStore(store, errors);
  const dispatcher = startEventDispatcher({ store, monitor, memory, notifier, errors, flags });
  const reviver = startReviver({
    store,
    monitor,
    scanner,
    memory,
    errors,
    addRecorded: (recorded) => dispatcher.addRecorded(recorded),
    clock,
    fleetFacts,
    flags,
  });
  const cleanup = startCleanup(store, errors, clock);
  const writeStatus = ownStatusWriter(store, errors, clock);

  function writeReport(report: Report): void {
    // A lost store may be an empty mount point, where nothing is to be written.
    if (monitor.isLost() && [store.storeDir, store.stateDir].includes(dirname(output))) return;
    errors.guard("the report", () => writeOutput(output, reportJson(report)));
  }

  function tellStatus(
    result: Report | OperatorError,
    plan: readonly PlannedAttempt[],
    settings: Settings,
  ): void {
    if (!monitor.isLost())
      writeStatus(
        { result, plan, running: reviver.running(), deliveries: notifier.counts() },
        settings,
      );
  }

  function handleScan(scan: RootScan, settings: Settings): Report {
    const { report } = scan;
    writeReport(report);
    dispatcher.dispatch(scan, settings);
    const plan = reviver.update(scan, settings);
    if (monitor.isLost()) cleanup.interrupt();
    else dispatcher.add(cleanup.update(scan, settings));
    tellStatus(report, plan, settings);
    return report;
  }

  function handleLostRoot(error: OperatorError, settings: Settings): OperatorError {
    scanner.interrupt();
    reviver.interrupt();
    cleanup.interrupt();
    dispatcher.dispatchLostRoot(error, settings, clock.now());
    tellStatus(error, [], settings);
    return error;
  }

  return {
    run(settings) {
      const event = monitor.check(clock.now());
      if (event !== undefined) dispatcher.add([event]);
      try {
        rootLock.check();
        return handleScan(scanner.scan(settings), settings);
      } catch (error) {
        if (error instanceof OperatorError) return handleLostRoot(error, settings);
        throw error;
      }
    },
    addEvents: (events) => dispatcher.add(events),
    async drain(settings) {
      await reviver.drain();
      dispatcher.flush(settings, clock.now());
    },
  };
}
