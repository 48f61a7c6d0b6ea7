/**
 * The confirmed status of each cell, and the last notification about it, kept in memory.json across
 * restarts.
 *
 * @module
 */
import type { Event, Message } from "../../contract/event.ts";
import { pairCells } from "../../verdict/changes.ts";
import type { Report, ReportCell } from "../../contract/report.ts";
import type { Settings } from "../../contract/settings.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { type QueuedEvent, readMemory, writeMemory } from "./memory-file.ts";
import { findingOf, isSameFinding } from "./rules/finding.ts";
import { createSharing } from "./sharing.ts";
import { nextNotifications } from "./rules/suspicion-notifications.ts";
import type { RoundSuspicions } from "./rules/suspicions.ts";
import {
  isSettled,
  newCell,
  type RememberedCell,
  updateCell,
  withRaised,
} from "./rules/cell-notifications.ts";

/** The events of a round: those for the log, and those for notifications. */
export interface RoundEvents {
  readonly log: readonly Event[];
  readonly notify: readonly Event[];
}

export interface StatusMemory {
  /** True if enough rounds agree on the status of a cell, and on what decided it. */
  isConfirmed(cell: ReportCell): boolean;
  /** Applies the report of a round; returns the resulting events. */
  update(report: Report, suspicions: RoundSuspicions, settings: Settings): RoundEvents;
  /** Notes events that are notifications, so that those who receive them also hear of their end. */
  noteNotified(events: readonly Event[]): void;
  /** The messages that an earlier daemon may not have moved to the outbox. */
  readonly unsent: readonly Message[];
  /** The events that an earlier daemon did not dispatch. */
  readonly queued: readonly QueuedEvent[];
  /**
   * Writes memory.json if anything changed, or there are messages that are nowhere else on disk.
   *
   * @throws {OperatorError} when it cannot be written.
   */
  save(unsent: readonly Message[], queued: readonly QueuedEvent[]): void;
}

/** Reads the memory of a root as of `now`; a damaged one is reported, and replaced by an empty one. */
export function openStatusMemory(state: StorePaths, now: Date): StatusMemory {
  const read = readMemory(state, now.toISOString());
  const remembered = new Map(read.cells);
  let { round, suspicions: notified } = read;
  let isChanged = false;
  let savedQueue = read.queued;
  const share = createSharing();
  /** The cells of the last round: an unchanged cell stays the same object. */
  let lastCells: readonly ReportCell[] | undefined;
  /** The ids that the next round has to look at, because even an unchanged cell may cause an event. */
  const unsettled = new Set<string>();
  /** The remembered cells that are not in the report. */
  const absent = new Set<string>();

  function update(report: Report, suspicions: RoundSuspicions, settings: Settings): RoundEvents {
    round += 1;
    const at = report.generated_at;
    const [log, notify]: [Event[], Event[]] = [[], []];
    const updateOne = (id: string, cell: ReportCell | undefined): void => {
      const known = remembered.get(id) ?? newCell(at);
      const updated = updateCell(known, { id, cell, round, at, settings, suspicions });
      keep(id, known, updated.remembered);
      if (cell === undefined || isSettled(updated.remembered, cell)) unsettled.delete(id);
      else unsettled.add(id);
      log.push(...updated.log);
      notify.push(...updated.notify);
    };
    noteChanges(report.cells);
    for (const cell of report.cells)
      if (unsettled.has(cell.mission_id)) updateOne(cell.mission_id, cell);
    if (absent.size > 0)
      for (const id of remembered.keys()) if (absent.has(id)) updateOne(id, undefined);
    const others = suspicionEvents(report, suspicions, settings);
    return { log: [...log, ...others], notify: [...others, ...notify] };
  }

  /** Finds the cells to look at, and those that are gone. */
  function noteChanges(cells: readonly ReportCell[]): void {
    // Before the first round, any cell that an earlier daemon remembers may be gone.
    if (lastCells === undefined) for (const id of remembered.keys()) absent.add(id);
    for (const { before, after } of pairCells(lastCells ?? [], cells)) {
      if (before !== undefined) absent.add(before.mission_id);
      if (after === undefined) continue;
      absent.delete(after.mission_id);
      unsettled.add(after.mission_id);
    }
    lastCells = cells;
  }

  function keep(id: string, before: RememberedCell, after: RememberedCell): void {
    if (after !== before) isChanged = true;
    const isForgotten = [after.confirmed, after.seen, after.notified].every(
      ({ status }) => status === null,
    );
    if (isForgotten) {
      remembered.delete(id);
      absent.delete(id);
    } else if (after !== before) remembered.set(id, share(after));
  }

  function suspicionEvents(
    { generated_at: at, cells }: Report,
    { active, covers }: RoundSuspicions,
    settings: Settings,
  ): readonly Event[] {
    if (active.length === 0 && Object.keys(notified).length === 0) return [];
    const covered = cells.filter((cell) => cell.problems.length > 0 && covers(cell)).length;
    const next = nextNotifications(notified, { at, active, covered, settings });
    isChanged ||= !Bun.deepEquals(next.notified, notified);
    notified = next.notified;
    return next.events;
  }

  return {
    isConfirmed(cell) {
      const known = remembered.get(cell.mission_id);
      return known !== undefined && isSameFinding(known.confirmed, findingOf(cell));
    },
    update,
    noteNotified(events) {
      for (const event of events.filter(({ event: name }) => name === "gave-up")) {
        const before = remembered.get(event.mission_id ?? "");
        if (before !== undefined) keep(event.mission_id ?? "", before, withRaised(before, event));
      }
    },
    unsent: read.unsent,
    queued: read.queued,
    save(unsent, queued) {
      const isSameQueue = queued === savedQueue || queued.length + savedQueue.length === 0;
      if (!isChanged && isSameQueue && unsent.length === 0) return;
      writeMemory(state, { round, cells: remembered, suspicions: notified, unsent, queued });
      [isChanged, savedQueue] = [false, queued];
    },
  };
}
