/**
 * Revives dead missions, round by round.
 *
 * @module
 */
import type { CommandFlags } from "../../base/command-flags.ts";
import type { Clock } from "../../base/clock.ts";
import type { Settings } from "../../contract/settings.ts";
import { openRoot } from "../../host/files/directory.ts";
import { countAgreement } from "./agreement.ts";
import { gaveUpEvent } from "./attempt-events.ts";
import { openingRecord } from "./giving-up.ts";
import { trackAttempts } from "./running-attempts.ts";
import type { PlanContext } from "./gate-facts.ts";
import { isStillDue, planRound, type PlannedAttempt } from "./plan.ts";
import { breakerOpening } from "./rules/attempt-gates.ts";
import { isGivenUp } from "./rules/gates.ts";
import { startAttempt } from "./run-attempt.ts";
import type { StoreMonitor } from "../store/store-monitor.ts";
import type { Store } from "../store/store.ts";
import type { StatusMemory } from "../status/status-memory.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";
import type { EventQueue } from "../status/event-queue.ts";
import type { RootScan, Scanner } from "../status/incremental-scan.ts";
import { monitorRecovery } from "./recovery-monitor.ts";

export interface Reviver {
  /** Starts the attempts that are due after a scan, without waiting for their commands; returns the plan. */
  update(scan: RootScan, settings: Settings): readonly PlannedAttempt[];
  /** The missions whose command is running. */
  running(): ReadonlySet<string>;
  /** Handles a round that could not scan the root. */
  interrupt(): void;
  /** Waits until the running commands have ended. */
  drain(): Promise<unknown>;
}

export interface ReviverContext {
  readonly store: Store;
  readonly monitor: StoreMonitor;
  readonly scanner: Scanner;
  readonly memory: StatusMemory;
  readonly errors: ErrorReporter;
  /** Receives the events of commands that have ended, and of missions that are given up. */
  readonly addRecorded: EventQueue["addRecorded"];
  readonly clock: Clock;
  readonly fleetFacts: PlanContext["fleetFacts"];
  /** What the commands in the gates' reasons need. */
  readonly flags?: CommandFlags | undefined;
}

/** Adopts the attempts of earlier daemons; the attempts on disk are the only state it needs. */
export function startReviver(context: ReviverContext): Reviver {
  const { store, monitor, scanner, memory, errors, addRecorded, clock, fleetFacts, flags } =
    context;
  const recovery = monitorRecovery(store, errors, clock);
  const agreement = countAgreement();
  const running = trackAttempts({
    store,
    clock,
    errors,
    addRecorded,
    onTrack: (id) => recovery.add(id),
  });

  const outcome = { store, clock, addRecorded };

  /** Starts an attempt, unless the cell has changed since it was planned. */
  function start(plan: PlanContext, planned: PlannedAttempt): void {
    const { settings } = plan;
    const id = planned.observed.cell.mission_id;
    const root = openRoot(settings.root);
    const isDueNow = () => isStillDue(plan, planned, scanner.scanCell(root, id, settings));
    try {
      if (!isDueNow()) return;
      const ended = startAttempt({ ...outcome, root, isStillDue: isDueNow }, planned);
      if (ended !== undefined) running.track(id, ended);
    } finally {
      root.close();
    }
  }

  /** Reports that a mission is given up: once for each opening of the breaker, even across restarts. */
  function reportGivenUp(planned: PlannedAttempt): void {
    const opening = breakerOpening(planned.context);
    if (opening === undefined) return;
    const recorded = openingRecord(store, planned.observed.cell.mission_id, opening);
    if (recorded !== undefined)
      addRecorded({ ...recorded, events: [gaveUpEvent(planned, opening)] });
  }

  function interrupt(): void {
    recovery.interrupt();
    agreement.interrupt();
    running.interrupt();
  }

  function act(plan: PlanContext, attempts: readonly PlannedAttempt[]): void {
    const due = attempts.filter(({ gates }) => gates.length === 0);
    const givenUp = attempts.filter(({ gates }) => isGivenUp(gates));
    errors.guardEach("attempts", due, (planned) => start(plan, planned));
    errors.guardEach("the records of missions given up", givenUp, reportGivenUp);
  }

  running.update();
  return {
    update({ report, cells, suspicions, watchedSeconds }, settings) {
      if (monitor.isLost()) {
        interrupt();
        return [];
      }
      running.update();
      recovery.update(cells);
      agreement.update(cells);
      const round = { settings, report, clock, watchedSeconds, suspicions };
      const plan = {
        state: store,
        stateFlaw: undefined,
        memory,
        agreeingRounds: (id: string) => agreement.rounds(id),
        running: running.missions(),
        fleetFacts,
        flags,
        ...round,
      };
      const attempts = planRound(plan, cells.values());
      act(plan, attempts);
      return attempts;
    },
    running: () => running.missions(),
    interrupt,
    drain: () => running.drain(),
  };
}
