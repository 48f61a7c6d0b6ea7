/**
 * Bringing dead missions back, round by round.
 *
 * @module
 */
import type { Settings } from "../../schemas/settings.ts";
import { openRoot } from "../host/directory.ts";
import { uptimeSeconds } from "../host/host.ts";
import type { Notices } from "./notices.ts";
import { planRound, type Planned } from "./plan.ts";
import { startAttempt } from "./revive.ts";
import type { Store } from "./store.ts";
import type { Troubles } from "./trouble.ts";
import type { Look, Watch } from "./watch.ts";
import { watchWell } from "./well.ts";

export interface Actions {
  /** Does what is due after a look, without waiting for its end. */
  take(look: Look, settings: Settings, now: Date): void;
  /** Waits until the commands that were started have ended. */
  end(): Promise<unknown>;
}

export interface Workplace {
  readonly store: Store;
  readonly watch: Watch;
  readonly notices: Notices;
  readonly troubles: Troubles;
  /** Milliseconds of the clock that the watch goes by. */
  readonly clock: () => number;
}

/** Starts to act; what was done before is on disk. */
export function startActions({ store, watch, notices, troubles, clock }: Workplace): Actions {
  const startedUptime = uptimeSeconds();
  const well = watchWell(store);
  const running = new Set<Promise<void>>();
  let suspectSinceMs: number | undefined;

  /** Starts an attempt, when a whole look at the cell this very moment finds it as it was planned. */
  function start(planned: Planned, settings: Settings, now: Date): void {
    const { mission_id: id, status } = planned.seen.cell;
    const root = openRoot(settings.root);
    try {
      const seen = watch.lookAt(root, id, settings, now);
      if (seen.digest !== planned.digest || seen.cell.status !== status) return;
      const attempted = startAttempt(store, root, planned, now);
      if (attempted === undefined) return;
      well.tried(id);
      const done = attempted
        .then(
          (events) => notices.add(events),
          (error: unknown) => troubles.met(`the outcome for ${id}`, error),
        )
        .finally(() => running.delete(done));
      running.add(done);
    } finally {
      root.close();
    }
  }

  return {
    take(look, settings, now) {
      const nowMs = clock();
      suspectSinceMs = look.report.observer_suspect ? (suspectSinceMs ?? nowMs) : undefined;
      troubles.past("the mark of health", () => well.take(look.seen, now, nowMs));
      const plan = troubles.past("the plan", () =>
        planRound(
          { store, settings, report: look.report, now, nowMs, suspectSinceMs, startedUptime },
          look.seen.values(),
        ),
      );
      for (const planned of plan?.filter(({ gates }) => gates.length === 0) ?? [])
        troubles.past(`the attempt for ${planned.seen.cell.mission_id}`, () =>
          start(planned, settings, now),
        );
    },
    end: () => Promise.all(running),
  };
}
