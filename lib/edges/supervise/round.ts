/**
 * One round: look, write the report, notice, act.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";
import type { Report } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";
import { writeOutput } from "../host/output.ts";
import { startActions } from "./actions.ts";
import type { Hook } from "./hook.ts";
import type { Instance } from "./instance.ts";
import { startNotices } from "./notices.ts";
import type { Store } from "./store.ts";
import type { Troubles } from "./trouble.ts";
import { startWatch } from "./watch.ts";

export interface Surroundings {
  readonly store: Store;
  readonly instance: Instance;
  readonly hook: Hook;
  readonly troubles: Troubles;
  /** The file for the report. */
  readonly output: string;
}

export interface Rounds {
  /**
   * Makes one round; gives its report, or why there is none. What else fails on the way is
   * told, and keeps nothing from being done.
   */
  make(settings: Settings, now: Date): Report | OperatorError;
  /** Waits until the commands that were started have ended. */
  end(): Promise<unknown>;
}

/** A clock that nobody sets, in milliseconds. */
const clock = () => performance.now();

/** Starts to make rounds. */
export function startRounds({ store, instance, hook, troubles, output }: Surroundings): Rounds {
  const watch = startWatch(clock);
  const notices = startNotices(store, hook, troubles);
  const actions = startActions({ store, watch, notices, troubles, clock });
  return {
    make(settings, now) {
      try {
        instance.check();
        const look = watch.look(settings, now);
        troubles.past("the report", () => writeOutput(output, `${JSON.stringify(look.report)}\n`));
        notices.take(look.report, settings);
        actions.take(look, settings, now);
        return look.report;
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        notices.lost(error, settings, now);
        return error;
      }
    },
    end: () => actions.end(),
  };
}
