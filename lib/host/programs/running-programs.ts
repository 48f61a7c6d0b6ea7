/**
 * The running programs of a daemon: each has a time limit, and all are killed with the daemon.
 *
 * @module
 */
import type { ProcessIdentity } from "../../contract/process-identity.ts";
import { livenessOf } from "../host.ts";
import { killGroup } from "../send-signal.ts";

/** The end of an adopted program is polled: the kernel reports it only to the parent process. */
const POLL_MS = 100;

/** Kills a program; returns true if it was still running. */
type Kill = () => boolean;

const running = new Set<Kill>();

/**
 * Waits for the end of a program that an earlier process started with `runInBackground`; kills its
 * group after `timeoutMs`, and returns whether it did. While the program's liveness is unknown, it
 * is not killed.
 */
export function waitForAdopted(program: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const kill = () => {
    // Another process may have reused the pid.
    if (livenessOf(program) !== "alive") return false;
    killGroup(program.pid);
    return true;
  };
  return waitOrKill(timeoutMs, kill, () => pollUntilGone(program));
}

async function pollUntilGone(program: ProcessIdentity): Promise<void> {
  while (livenessOf(program) !== "gone")
    await new Promise((resolve) => setTimeout(resolve, POLL_MS).unref());
}

/** Waits until a program has `exited`; kills it after `timeoutMs`, and returns whether it did. */
export async function waitOrKill(
  timeoutMs: number,
  kill: Kill,
  exited: () => Promise<unknown>,
): Promise<boolean> {
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = kill();
  }, timeoutMs);
  timer.unref();
  running.add(kill);
  await exited();
  running.delete(kill);
  clearTimeout(timer);
  return timedOut;
}

/** Kills all running programs. */
export function killBackgroundPrograms(): void {
  for (const kill of running) kill();
}
