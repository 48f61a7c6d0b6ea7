/**
 * Writes the events of a round to the log and to stderr, and passes them to the notifier.
 *
 * Events are remembered as told only once memory.json holds their messages, so a crash loses none.
 *
 * @module
 */
import type { CommandFlags } from "../../base/command-flags.ts";
import { defined } from "../../base/defined.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import { isJournal } from "../../host/stdio/journal.ts";
import { describeEvent } from "./rules/described-event.ts";
import { journalLine } from "./rules/journal-line.ts";
import type { RootScan } from "./incremental-scan.ts";
import type { OperatorError } from "../../base/errors.ts";
import type { Event } from "../../contract/event.ts";
import type { Report, ReportCell } from "../../contract/report.ts";
import type { Settings } from "../../contract/settings.ts";
import { hostName } from "../../host/host.ts";
import { eventLogWriter } from "./event-log-writer.ts";
import { type EventQueue, openEventQueue } from "./event-queue.ts";
import type { QueuedEvent } from "./memory-file.ts";
import type { Notifier } from "../notify/notifier.ts";
import type { MessageHeader } from "../notify/rules/message.ts";
import type { StoreMonitor } from "../store/store-monitor.ts";
import type { Store } from "../store/store.ts";
import type { StatusMemory } from "./status-memory.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";

const STDERR = 2;

export interface EventDispatcher {
  /** Queues events from outside the scan, durably; they are dispatched with the next call below. */
  add(events: readonly Event[]): void;
  /** The same together with the record of what they tell: see `EventQueue`. */
  readonly addRecorded: EventQueue["addRecorded"];
  /** Dispatches what a round found. */
  dispatch(scan: Pick<RootScan, "report" | "suspicions">, settings: Settings): void;
  /** Dispatches a round that could not list the root. */
  dispatchLostRoot(error: OperatorError, settings: Settings, now: Date): void;
  /** Dispatches the queued events. */
  flush(settings: Settings, now: Date): void;
}

export interface DispatchContext {
  readonly store: Store;
  readonly monitor: StoreMonitor;
  readonly memory: StatusMemory;
  readonly notifier: Notifier;
  readonly errors: ErrorReporter;
  /** What the commands in events need. */
  readonly flags?: CommandFlags | undefined;
}

export function startEventDispatcher(context: DispatchContext): EventDispatcher {
  const { store, monitor, memory, notifier, errors, flags } = context;
  const isToJournal = isJournal(STDERR);
  let lostRounds = 0;
  const append = eventLogWriter(context);
  let lastReport: Report | undefined;
  notifier.restore(memory.unsent);

  const queue = openEventQueue(context, { save, trySave: remember });

  function save(queued: readonly QueuedEvent[]): void {
    if (monitor.isLost()) store.check();
    memory.save(notifier.unsaved(), queued);
  }

  /** A lost store may be an empty mount point: nothing is written there until it is back. */
  function remember(queued: readonly QueuedEvent[]): void {
    if (!monitor.isLost()) errors.guard("memory.json", () => save(queued));
  }

  /** Describes each event once: the same one may be for the log and for a notification. */
  function describer({ public_url: publicUrl }: Settings, report = lastReport) {
    const described = new Map<Event, Event>();
    const [cellNow, cellBefore] = [cellFinder(report), cellFinder(lastReport)];
    return (event: Event): Event => {
      const cell = cellNow(event) ?? cellBefore(event);
      const known = described.get(event);
      const made =
        known ?? describeEvent(event, { id: Bun.randomUUIDv7(), cell, publicUrl, flags });
      described.set(event, made);
      return made;
    };
  }

  const log = (events: readonly Event[]): void =>
    append(events.filter((event) => !queue.isLogged(event)));

  function notify(events: readonly Event[], settings: Settings, at: string, report?: Report): void {
    for (const event of events) queueStderr(journalLine(event, isToJournal));
    if (events.length > 0) notifier.add(events, headerOf(settings, at, report), settings.notify);
    // First part of what is remembered, then in the outbox: no event is forgotten in between.
    remember(queue.waiting());
    notifier.deliver(settings.notify, monitor.isLost());
  }

  return {
    add: (events) => queue.add(events),
    addRecorded: (recorded) => queue.addRecorded(recorded),
    dispatch({ report, suspicions }, settings) {
      const at = report.generated_at;
      const rootBack = lostRounds >= settings.fire_after ? [eventOf("root-back", at)] : [];
      lostRounds = 0;
      const describe = describer(settings, report);
      const others = [...rootBack, ...queue.take()];
      const found = memory.update(report, suspicions, settings);
      log([...others, ...found.log].map(describe));
      notify([...others, ...found.notify].map(describe), settings, at, report);
      lastReport = report;
    },
    dispatchLostRoot({ message: reason }, settings, now) {
      const at = now.toISOString();
      lostRounds += 1;
      const isConfirmed = lostRounds === settings.fire_after;
      const rootLost = isConfirmed ? [{ ...eventOf("root-lost", at), reason }] : [];
      const events = [...queue.take(), ...rootLost].map(describer(settings));
      log(events);
      notify(events, settings, at);
    },
    flush(settings, now) {
      const events = queue.take().map(describer(settings));
      log(events);
      notify(events, settings, now.toISOString());
    },
  };
}

/** Finds the cells that events are about; indexed by the first search, because all may change in one round. */
function cellFinder(report: Report | undefined): (event: Event) => ReportCell | undefined {
  let index: ReadonlyMap<string, ReportCell> | undefined;
  return ({ mission_id: id }) => {
    if (id === undefined) return undefined;
    index ??= new Map(report?.cells.map((cell) => [cell.mission_id, cell]));
    return index.get(id);
  };
}

const headerOf = (settings: Settings, at: string, report: Report | undefined): MessageHeader => ({
  at,
  host: hostName(),
  root: report?.root ?? settings.root,
  observer_suspect: report?.suspicion !== undefined,
  ...defined({ suspicion: report?.suspicion }),
  summary: report?.summary ?? null,
});

const eventOf = (event: Event["event"], at: string): Event => ({ schema_version: 1, at, event });
