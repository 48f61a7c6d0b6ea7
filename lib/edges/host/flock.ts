/**
 * Locks on open files.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";

/**
 * Takes the lock that goes with the open file `fd`, and holds it until the file is closed or
 * this process ends, however it ends. False when another process holds it.
 *
 * Neither Bun nor Node offers flock(2), so flock(1) takes the lock on the open file that it
 * inherits from us; with us it stays. FFI would do too, but has answered wrongly under the
 * JIT.
 *
 * @throws {OperatorError} when the host has no flock(1) that works; `doing` says what failed.
 */
export function tryLock(fd: number, doing: string): boolean {
  // Loaded when it is needed: most beats lock nothing.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  // No pipe: whatever else held it open would hold us up.
  const { status, error } = spawnSync("flock", ["-n", "3"], {
    stdio: ["ignore", "ignore", "ignore", fd],
  });
  if (error === undefined && status === 0) return true;
  // A lock that is held is told by 1, a call that flock does not understand by more.
  if (error === undefined && status === 1) return false;
  const why = error === undefined ? `flock ended with ${status}` : "flock is not installed";
  throw new OperatorError("unavailable", `${doing}: ${why}`, "install util-linux", {
    cause: error,
  });
}

/**
 * Waits up to `seconds` for the lock that goes with the open file or directory `fd`. For those
 * who go on in any case: also where there is no flock(1).
 */
export function awaitLock(fd: number, seconds: number): void {
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  spawnSync("flock", ["-w", String(seconds), "3"], {
    stdio: ["ignore", "ignore", "ignore", fd],
    timeout: 2000 * seconds,
    killSignal: "SIGKILL",
  });
}
