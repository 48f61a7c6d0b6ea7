/**
 * What metrics say of a root's supervise, from its store.
 *
 * @module
 */
import type { CellOrder } from "./revival.ts";

/** Times are RFC 3339. */
export interface Supervision {
  /** When the daemon ended its last round; null if none is known. */
  readonly lastRound: string | null;
  /** The missions that it has given up for a time; undefined if its last round is long ago. */
  readonly givenUp: readonly string[] | undefined;
  /** Undefined without a hold; its time is null where it cannot be read. */
  readonly hold: { readonly since: string | null } | undefined;
  readonly orders: readonly SupervisedOrder[];
  readonly routes: readonly RouteCounts[];
}

export interface SupervisedOrder extends Pick<CellOrder, "order"> {
  readonly mission_id: string;
  /** When it was given; null where its file cannot be read. */
  readonly since: string | null;
}

/** The notifications to one receiver. */
export interface RouteCounts extends DeliveryCounts {
  readonly route: string;
  readonly waiting: number;
  /** When the oldest that waits was made; null without one. */
  readonly oldest: string | null;
}

/** Counted since the daemon started. */
export interface DeliveryCounts {
  /** Calls of the receiver's program that failed. */
  readonly failed: number;
  /** Messages that the receiver refused, which were dropped. */
  readonly refused: number;
  /** Why the last call failed; null once one has succeeded. */
  readonly failure?: string | null | undefined;
}
