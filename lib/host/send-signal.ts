/**
 * Signals to processes and process groups.
 *
 * @module
 */
import { errnoOf } from "./errno.ts";

/**
 * Sends a signal to a process, or to a process group if the number is negative; 0 only checks
 * whether it could be sent. Returns the system's error, such as `EPERM`; undefined on success.
 */
export function trySignal(target: number, signal: string | number): string | undefined {
  try {
    process.kill(target, signal);
    return undefined;
  } catch (error) {
    return errnoOf(error) ?? "unknown";
  }
}

/** Like `trySignal`, where an error means that the process has ended, which is reported elsewhere. */
export const sendSignal = (pid: number, signal: string | number): void =>
  void trySignal(pid, signal);

/** Signals the process group that `pid` leads; does nothing if that is gone. */
export const killGroup = (pid: number, signal: NodeJS.Signals = "SIGKILL"): void =>
  sendSignal(-pid, signal);

/** True if a process, or process group (a negative number), exists but may not be signalled by this user. */
export const isProtected = (target: number): boolean => trySignal(target, 0) === "EPERM";
