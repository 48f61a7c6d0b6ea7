/**
 * Logs why etcd does not answer the view of a fleet: its pages and metrics say only that.
 *
 * @module
 */
import type { OperatorError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";

/**
 * Creates a function that takes the failure of each look, undefined for one that was answered. Logs each
 * kind of failure once until an answer: the address in the message may differ from look to look.
 */
export function createViewLog(): (failure: OperatorError | undefined) => void {
  const told = new Set<string>();
  return (failure) => {
    if (failure === undefined) {
      if (told.size > 0) queueStderr("serve-health: etcd answers again\n");
      told.clear();
      return;
    }
    const { fault, message, hint } = failure;
    if (told.has(fault)) return;
    told.add(fault);
    queueStderr(
      `serve-health: error: ${printable(message)}\nserve-health: hint: ${printable(hint)}\n`,
    );
  };
}
