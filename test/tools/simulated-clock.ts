/**
 * The clocks of a simulated host: they move only when a test moves them, so that rounds run as fast
 * as the machine can.
 *
 * @module
 */
import type { Clock } from "../../lib/base/clock.ts";
import { bootId } from "../../lib/host/host.ts";

export interface SimulatedClock extends Clock {
  /** Lets time pass. */
  pass(seconds: number): void;
  /** Sets the wall clock by this difference, as an operator or NTP does. */
  step(seconds: number): void;
  /** Suspends the host: only the monotonic clock stands still. */
  suspend(seconds: number): void;
}

/** Starts a minute after the boot of this host, at the real time unless the caller gives another. */
export function simulatedClock(start: Date = new Date()): SimulatedClock {
  let wallMs = start.getTime();
  let [monotonic, uptime] = [60, 60];
  return {
    now: () => new Date(wallMs),
    monotonic: () => monotonic,
    uptime: () => uptime,
    bootId: bootId(),
    pass(seconds) {
      wallMs += 1000 * seconds;
      monotonic += seconds;
      uptime += seconds;
    },
    step: (seconds) => void (wallMs += 1000 * seconds),
    suspend(seconds) {
      wallMs += 1000 * seconds;
      uptime += seconds;
    },
  };
}
