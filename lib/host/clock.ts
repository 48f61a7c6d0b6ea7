/**
 * The clocks of this host.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { bootId, uptimeSeconds } from "./host.ts";

/** The clocks of this host; `monotonic` counts from the start of this process. */
export const hostClock = (): Clock => ({
  now: () => new Date(),
  monotonic: () => performance.now() / 1000,
  uptime: uptimeSeconds,
  bootId: bootId(),
});
