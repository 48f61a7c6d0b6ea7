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
import { openTracks } from "./tracks.ts";
import type { Troubles } from "./trouble.ts";

/** The most events in one message. */
const MOST = 100;

export interface Notices {
  /** Adds what happened beside the rounds; the next one tells it. */
  add(events: readonly Event[]): void;
  /** Takes a round's report. */
  take(report: Report, settings: Settings): void;
  /** Takes a round that found no root. */
  lost(error: OperatorError, settings: Settings, now: Date): void;
}

/** Starts with what was remembered of the root. */
export function startNotices(store: Store, hook: Hook, troubles: Troubles): Notices {
  const tracks = openTracks(store);
  let suspicion = NO_SUSPICION;
  let lostRounds = 0;
  let added: Event[] = [];

  function send(
    events: readonly Event[],
    report: Report | undefined,
    settings: Settings,
    at: string,
  ) {
    if (settings.notify === undefined || events.length === 0) return;
    const message: Message = {
      schema_version: 1,
      at,
      host: hostName(),
      root: report?.root ?? settings.root,
      observer_suspect: report?.observer_suspect ?? false,
      summary: report?.summary ?? null,
      events: events.slice(0, MOST),
      more: Math.max(0, events.length - MOST),
    };
    hook.send(message, settings.notify);
  }

  function takeAdded(): Event[] {
    const taken = added;
    added = [];
    return taken;
  }

  return {
    add: (events) => void added.push(...events),
    take(report, settings) {
      const { generated_at: at, observer_suspect: isSuspect, summary } = report;
      const back: Event[] =
        lostRounds >= settings.fire_after ? [{ schema_version: 1, at, event: "root-back" }] : [];
      lostRounds = 0;
      const events = [...back, ...takeAdded(), ...tracks.take(report, settings)];
      const said = announce(suspicion, { at, isSuspect, stale: summary.stale, events }, settings);
      suspicion = said.suspicion;
      troubles.past("the event log", () => appendEvents(store, said.log));
      troubles.past("the memory", () => tracks.keep());
      send(said.tell, report, settings, at);
    },
    lost({ message: reason }, settings, now) {
      const at = now.toISOString();
      lostRounds += 1;
      const lost: Event[] =
        lostRounds === settings.fire_after
          ? [{ schema_version: 1, at, event: "root-lost", reason }]
          : [];
      const events = [...takeAdded(), ...lost];
      troubles.past("the event log", () => appendEvents(store, events));
      send(events, undefined, settings, at);
    },
  };
}
