/**
 * Bringing dead missions back, round by round.
 *
 * @module
 */
import type { Event } from "../../schemas/event.ts";
import type { Settings } from "../../schemas/settings.ts";
import { openRoot } from "../host/directory.ts";
import { planRound, type Planned } from "./plan.ts";
import { type Keep, startAttempt } from "./revive.ts";
import type { Store } from "./store.ts";
import type { Tracks } from "./tracks.ts";
import type { Troubles } from "./trouble.ts";
import type { Look, Watch } from "./watch.ts";
import { watchWell } from "./well.ts";

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

/** What is being done at the end of a command, for a trouble with it. */
const KEEPING = "the outcome of an attempt";

/** Starts to act; what was done before is on disk. */
export function startActions({ store, watch, tracks, troubles, onEnd, clock }: Workplace): Actions {
  const well = watchWell(store, troubles);
  const running = new Map<string, Promise<void>>();
  /** What ended, and could not be kept yet: a disk may be full, and what it said still counts. */
  const unkept = new Map<string, Keep>();

  /** Starts an attempt, when a whole look at the cell this very moment finds it as it was planned. */
  function start(planned: Planned, settings: Settings, now: Date): void {
    const { mission_id: id, status } = planned.seen.cell;
    const root = openRoot(settings.root);
    try {
      const seen = watch.lookAt(root, id, settings, now);
      if (seen.digest !== planned.digest || seen.cell.status !== status) return;
      const ended = startAttempt(store, root, planned, now);
      if (ended !== undefined) follow(id, ended);
    } finally {
      root.close();
    }
  }

  function follow(id: string, ended: Promise<Keep>): void {
    well.tried(id);
    const done = ended
      .then((keep) => void unkept.set(id, keep))
      .then(keepAll)
      .catch((error: unknown) => troubles.met(KEEPING, error))
      .finally(() => running.delete(id));
    running.set(id, done);
  }

  function keepAll(): void {
    for (const [id, keep] of unkept) {
      const events = troubles.past(KEEPING, keep);
      if (events === undefined) continue;
      unkept.delete(id);
      onEnd(events);
    }
  }

  return {
    take(look, suspectSeconds, settings, now) {
      keepAll();
      const nowMs = clock();
      well.take(look.seen, now, nowMs);
      const { report } = look;
      const ids = new Set([...running.keys(), ...unkept.keys()]);
      const context = { store, settings, report, now, nowMs, suspectSeconds, tracks, running: ids };
      for (const planned of planRound(context, look.seen.values()))
        if (planned.gates.length === 0)
          troubles.past("an attempt", () => start(planned, settings, now));
    },
    interrupt: () => well.interrupt(),
    end: () => Promise.all(running.values()).then(keepAll),
  };
}
