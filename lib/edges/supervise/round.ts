/**
 * One round: look, write the report, notice, act.
 *
 * @module
 */
import { printableJson } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import type { Event } from "../../schemas/event.ts";
import type { Report } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";
import { writeOutput } from "../host/output.ts";
import { startActions } from "./actions.ts";
import type { Hook } from "./hook.ts";
import type { Instance } from "./instance.ts";
import { startNotices } from "./notices.ts";
import type { Store } from "./store.ts";
import { openTracks } from "./tracks.ts";
import type { Troubles } from "./trouble.ts";
import { type Look, startWatch } from "./watch.ts";

export interface Surroundings {
  readonly store: Store;
  readonly instance: Instance;
  readonly hook: Hook;
  readonly troubles: Troubles;
  /** The file for the report. */
  readonly output: string;
  /** A clock that nobody sets, in milliseconds. */
  readonly clock?: () => number;
}

export interface Rounds {
  /**
   * Makes one round; gives its report, or why there is none. What else fails on the way is
   * told, and keeps nothing from being done.
   */
  make(settings: Settings, now: Date): Report | OperatorError;
  /** Waits until the commands that were started have ended, and tells of that. */
  end(settings: Settings): Promise<void>;
}

/** Starts to make rounds. */
export function startRounds(surroundings: Surroundings): Rounds {
  const { store, instance, hook, troubles, output } = surroundings;
  const { clock = () => performance.now() } = surroundings;
  const watch = startWatch(clock);
  const tracks = openTracks(store);
  const notices = startNotices({ store, tracks, hook, troubles });
  const onEnd = (events: readonly Event[]) => notices.add(events);
  const actions = startActions({ store, watch, tracks, troubles, onEnd, clock });
  let suspectSinceMs: number | undefined;

  /** For how long the observer has been suspect, in seconds; undefined while it is not. */
  function suspectSeconds({ observer_suspect }: Report): number | undefined {
    suspectSinceMs = observer_suspect ? (suspectSinceMs ?? clock()) : undefined;
    return suspectSinceMs === undefined ? undefined : (clock() - suspectSinceMs) / 1000;
  }

  function take(look: Look, settings: Settings, now: Date): Report {
    const { report } = look;
    const suspect = suspectSeconds(report);
    troubles.past("the report", () => writeOutput(output, `${printableJson(report)}\n`));
    notices.take(report, suspect, settings);
    actions.take(look, suspect, settings, now);
    return report;
  }

  return {
    make(settings, now) {
      try {
        instance.check();
        return take(watch.look(settings, now), settings, now);
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        watch.interrupt();
        actions.interrupt();
        notices.lost(error, settings, now);
        return error;
      }
    },
    async end(settings) {
      await actions.end();
      notices.end(settings, new Date());
    },
  };
}
