/**
 * Forwards the signals that Bun does not let a program catch.
 *
 * @module
 */
import { describeErrno, errnoOf } from "../host/errno.ts";
import { warnOnStderr } from "./best-effort.ts";
import { UNCATCHABLE_IN_BUN } from "./rules/signal-table.ts";

/**
 * Passes those signals to `forward` from now on, except `ignored` ones. The code for that is loaded only
 * now: most commands end before they need it.
 */
export async function forwardUncatchable(
  ignored: readonly number[],
  forward: (signal: number) => void,
): Promise<void> {
  const { catchNatively } = await import("../host/syscalls/native-signals.ts");
  const signals = UNCATCHABLE_IN_BUN.filter((signal) => !ignored.includes(signal));
  try {
    await catchNatively(signals, forward);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    warnOnStderr(`Cannot pass on SIGABRT, SIGPWR and real-time signals: ${describeErrno(error)}`);
  }
}
