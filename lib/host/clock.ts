/**
 * The clocks of this host.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { bootId, uptimeSeconds } from "./host.ts";

/** Seconds since the start of this process, by a clock that cannot be set. */
export const monotonicSeconds = (): number => performance.now() / 1000;

/** The clocks of this host; `monotonic` counts from the start of this process. */
export const hostClock = (): Clock => ({
  now: () => new Date(),
  monotonic: monotonicSeconds,
  uptime: uptimeSeconds,
  bootId: bootId(),
});
