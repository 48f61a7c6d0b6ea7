/**
 * What a round noticed: into the log, and to the operator's program.
 *
 * @module
 */
import { announce, NO_SUSPICION } from "../../rules/announce.ts";
import type { OperatorError } from "../../schemas/errors.ts";
import type { Event, Message } from "../../schemas/event.ts";
import type { Report } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";
import { hostName } from "../host/host.ts";
import { appendEvents } from "./event-log.ts";
import type { Hook } from "./hook.ts";
import type { Store } from "./store.ts";
import type { Tracks } from "./tracks.ts";
import type { Troubles } from "./trouble.ts";

/** The most events in one message. */
const MOST = 100;
/** The most events that wait for a log that cannot be written; the oldest go first. */
const MOST_UNWRITTEN = 10_000;

export interface Notices {
  /** Adds what happened beside the rounds; the next one tells it. */
  add(events: readonly Event[]): void;
  /** Takes a round's report; `suspectSeconds` is how long the observer has been suspect. */
  take(report: Report, suspectSeconds: number | undefined, settings: Settings): void;
  /** Takes a round that found no root. */
  lost(error: OperatorError, settings: Settings, now: Date): void;
  /** Writes and tells what was added since the last round. */
  end(settings: Settings, now: Date): void;
}

export interface Ways {
  readonly store: Store;
  readonly tracks: Tracks;
  readonly hook: Hook;
  readonly troubles: Troubles;
}

/** Starts with what was remembered of the root. */
export function startNotices({ store, tracks, hook, troubles }: Ways): Notices {
  let suspicion = NO_SUSPICION;
  let lostRounds = 0;
  let added: Event[] = [];
  let unwritten: Event[] = [];

  function takeAdded(): Event[] {
    const taken = added;
    added = [];
    return taken;
  }

  /** Writes events to the log, with those that could not be written before. */
  function log(events: readonly Event[]): void {
    unwritten = [...unwritten, ...events].slice(-MOST_UNWRITTEN);
    if (unwritten.length === 0) return;
    const isWritten = troubles.past("the event log", () => (appendEvents(store, unwritten), true));
    if (isWritten === true) unwritten = [];
  }

  function tellOf(events: readonly Event[], settings: Settings, at: string, report?: Report): void {
    if (settings.notify !== undefined && events.length > 0)
      hook.send(messageOf(events, settings, at, report), settings.notify);
  }

  return {
    add: (events) => void added.push(...events),
    take(report, suspectSeconds, settings) {
      const { generated_at: at, summary } = report;
      const back = lostRounds >= settings.fire_after ? [eventOf("root-back", at)] : [];
      lostRounds = 0;
      const events = [...back, ...takeAdded(), ...tracks.take(report, settings)];
      const round = { at, suspectSeconds, stale: summary.stale, events };
      const said = announce(suspicion, round, settings);
      suspicion = said.suspicion;
      log(said.log);
      troubles.past("the memory", () => tracks.keep());
      tellOf(said.tell, settings, at, report);
    },
    lost({ message: reason }, settings, now) {
      const at = now.toISOString();
      lostRounds += 1;
      const isNews = lostRounds === settings.fire_after;
      const events = [...takeAdded(), ...(isNews ? [{ ...eventOf("root-lost", at), reason }] : [])];
      log(events);
      tellOf(events, settings, at);
    },
    end(settings, now) {
      const events = takeAdded();
      log(events);
      tellOf(events, settings, now.toISOString());
    },
  };
}

const eventOf = (event: Event["event"], at: string): Event => ({ schema_version: 1, at, event });

const messageOf = (
  events: readonly Event[],
  settings: Settings,
  at: string,
  report: Report | undefined,
): Message => ({
  schema_version: 1,
  at,
  host: hostName(),
  root: report?.root ?? settings.root,
  observer_suspect: report?.observer_suspect ?? false,
  summary: report?.summary ?? null,
  events: events.slice(0, MOST),
  more: Math.max(0, events.length - MOST),
});
