/**
 * Writes the daemon's account of itself after each round.
 *
 * @module
 */
import { version } from "../../../package.json";
import type { Clock } from "../../base/clock.ts";
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import type { Report } from "../../contract/report.ts";
import type { DeliveryCounts } from "../../contract/supervision.ts";
import type { Settings } from "../../contract/settings.ts";
import { hostName } from "../../host/host.ts";
import { firstEntries, givenUpIn, writeDaemonStatus } from "../revive/daemon-status.ts";
import type { PlannedAttempt } from "../revive/plan.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";
import type { Store } from "../store/store.ts";

/** What a round did, beyond its report. */
export interface RoundOutcome {
  readonly result: Report | OperatorError;
  readonly plan: readonly PlannedAttempt[];
  readonly running: ReadonlySet<string>;
  /** By route. */
  readonly deliveries: Readonly<Record<string, DeliveryCounts>>;
}

/** A function that writes the account; a failure is reported, and the daemon goes on. */
export function ownStatusWriter(
  store: Store,
  errors: ErrorReporter,
  clock: Clock,
): (outcome: RoundOutcome, settings: Settings) => void {
  const started = clock.now().toISOString();
  /** As of the last round that could scan the root. */
  let givenUp: string[] | undefined;
  return ({ result, plan, running, deliveries }, settings) => {
    if (!(result instanceof OperatorError)) givenUp = givenUpIn(plan);
    errors.guard("the daemon's status", () =>
      writeDaemonStatus(store, {
        schema_version: 1,
        at: clock.now().toISOString(),
        started_at: started,
        pid: process.pid,
        version,
        host: hostName(),
        root: store.root,
        interval_seconds: settings.scan_interval_seconds,
        ...(result instanceof OperatorError
          ? { failure: result.message }
          : { failure: null, ...defined({ suspicion: result.suspicion }) }),
        policies: settings.revive.map(({ command }) => [...command]),
        notifies: settings.notify !== undefined,
        running: [...running],
        plan: firstEntries(plan),
        planned: plan.length,
        ...defined({ given_up: givenUp }),
        deliveries: { ...deliveries },
      }),
    );
  };
}
