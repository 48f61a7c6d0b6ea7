/**
 * What etcd last confirmed to a host: which missions it may revive, and until when.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";

/** The clocks of this host at one moment. */
export interface Moment {
  readonly wallMs: number;
  /** Seconds since boot, suspends included. */
  readonly uptime: number;
  readonly monotonic: number;
}

export const currentMoment = (clock: Clock): Moment => ({
  wallMs: clock.now().getTime(),
  uptime: clock.uptime(),
  monotonic: clock.monotonic(),
});

/**
 * Seconds since `moment`, by the clock that says the most: the wall clock may be set, the uptime may
 * be unknown, and the monotonic clock stands still while the host is suspended.
 */
export function secondsSince(moment: Moment | undefined, clock: Clock): number {
  if (moment === undefined) return Number.POSITIVE_INFINITY;
  const now = currentMoment(clock);
  return Math.max(
    (now.wallMs - moment.wallMs) / 1000,
    now.uptime - moment.uptime,
    now.monotonic - moment.monotonic,
  );
}

export interface Confirmed {
  /** When the request was sent that etcd answered with its confirmation. */
  readonly sentAt: Moment;
  /** The missions whose home was this host in the session that was confirmed. */
  readonly missions: ReadonlySet<string>;
}
