/**
 * When an order takes effect, for the person who gives it.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";
import { valueOf } from "../../contract/facts.ts";
import type { Settings } from "../../contract/settings.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { readDaemonStatus } from "../revive/daemon-status.ts";
import type { OrderName } from "./order-flags.ts";
import { daemonOf } from "./running-daemon.ts";

/** Orders that prevent attempts: they are read once more right before a command starts. */
const PREVENTING: readonly OrderName[] = ["hold", "snooze", "quarantine"];

/** `name` is one of an order that was given in `state`. */
export function effectText(
  name: OrderName,
  state: StorePaths,
  { scan_interval_seconds: configured }: Settings,
): string {
  if (!mayRun(state)) return "no supervise runs for this root now: it counts once one does";
  if (PREVENTING.includes(name)) return "in effect at once; a command that runs already goes on";
  const seconds = valueOf(readDaemonStatus(state))?.interval_seconds ?? configured;
  return `in effect with supervise's next round, within ${seconds} s`;
}

/** True also where it cannot be found out. */
function mayRun(state: StorePaths): boolean {
  try {
    return daemonOf(state, "Cannot tell whether supervise runs") !== undefined;
  } catch (error) {
    if (error instanceof OperatorError) return true;
    throw error;
  }
}
