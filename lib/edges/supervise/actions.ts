/**
 * Bringing dead missions back, round by round.
 *
 * @module
 */
import type { Event } from "../../schemas/event.ts";
import type { Settings } from "../../schemas/settings.ts";
import { openRoot } from "../host/directory.ts";
import { planRound, type Planned } from "./plan.ts";
import { startAttempt } from "./revive.ts";
import type { Store } from "./store.ts";
import type { Tracks } from "./tracks.ts";
import type { Troubles } from "./trouble.ts";
import type { Look, Watch } from "./watch.ts";
import { watchWell } from "./well.ts";

/** What is being done at the end of a command, for a trouble with it. */
const OUTCOME = "the outcome of an attempt";

export interface Actions {
  /** Does what is due after a look, without waiting for its end. */
  take(look: Look, suspectSeconds: number | undefined, settings: Settings, now: Date): void;
  /** There was a time without a look. */
  interrupt(): void;
  /** Waits until the commands that were started have ended. */
  end(): Promise<unknown>;
}

export interface Workplace {
  readonly store: Store;
  readonly watch: Watch;
  readonly tracks: Tracks;
  readonly troubles: Troubles;
  /** Told of the events that come of a command, at its end. */
  readonly onEnd: (events: readonly Event[]) => void;
  /** Milliseconds of the clock that the watch goes by. */
  readonly clock: () => number;
}

/** Starts to act; what was done before is on disk. */
export function startActions({ store, watch, tracks, troubles, onEnd, clock }: Workplace): Actions {
  const well = watchWell(store, troubles);
  const running = new Map<string, Promise<void>>();

  /** Starts an attempt, when a whole look at the cell this very moment finds it as it was planned. */
  function start(planned: Planned, settings: Settings, now: Date): void {
    const { mission_id: id, status } = planned.seen.cell;
    const root = openRoot(settings.root);
    try {
      const seen = watch.lookAt(root, id, settings, now);
      if (seen.digest !== planned.digest || seen.cell.status !== status) return;
      const attempted = startAttempt(store, root, planned, now);
      if (attempted !== undefined) follow(id, attempted);
    } finally {
      root.close();
    }
  }

  function follow(id: string, attempted: Promise<Event[]>): void {
    well.tried(id);
    const told = attempted.then((events) => {
      troubles.over(OUTCOME);
      onEnd(events);
    });
    const done = told
      .catch((error: unknown) => troubles.met(OUTCOME, error))
      .finally(() => running.delete(id));
    running.set(id, done);
  }

  return {
    take(look, suspectSeconds, settings, now) {
      const nowMs = clock();
      well.take(look.seen, now, nowMs);
      const { report } = look;
      const ids = new Set(running.keys());
      const context = { store, settings, report, now, nowMs, suspectSeconds, tracks, running: ids };
      for (const planned of planRound(context, look.seen.values()))
        if (planned.gates.length === 0)
          troubles.past("an attempt", () => start(planned, settings, now));
    },
    interrupt: () => well.interrupt(),
    end: () => Promise.all(running.values()),
  };
}
