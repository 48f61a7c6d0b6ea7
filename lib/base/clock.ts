/**
 * The clocks of a host, as one value: a program creates it once and passes it down. Simulations
 * create their own.
 *
 * @module
 */

export interface Clock {
  /** The wall clock, which can be set. */
  readonly now: () => Date;
  /** Seconds by a clock that cannot be set and stops while the host is suspended. */
  readonly monotonic: () => number;
  /** Seconds since boot, by a clock that cannot be set and goes on while the host is suspended. */
  readonly uptime: () => number;
  /** The UUID of this boot. */
  readonly bootId: string;
}
