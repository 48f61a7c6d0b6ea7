/**
 * The orders that were given since a daemon's last round, and its plan with them.
 *
 * @module
 */
import type { CommandFlags } from "../../base/command-flags.ts";
import type { Event } from "../../contract/event.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { readHold } from "../orders/hold-store.ts";
import { readOrders } from "../orders/order-store.ts";
import type { PlanEntry } from "../revive/daemon-status.ts";
import { gatesWithOrders } from "../revive/rules/later-orders.ts";
import { eventsSince } from "../status/read-events.ts";

const ORDER_EVENTS: readonly Event["event"][] = [
  "held",
  "resumed",
  "snoozed",
  "quarantined",
  "released",
];

/** The orders that the event log has since a time, oldest first. */
export const ordersSince = (state: StorePaths, since: string): Event[] =>
  eventsSince(state, since).filter(({ event }) => ORDER_EVENTS.includes(event));

/** An order of `ordersSince`, and when it takes effect. */
export function orderText({ event, mission_id: id, at }: Event): string {
  const what = id === undefined ? event : `${id} ${event}`;
  return `ordered since, and applied below: ${what} at ${at}; ${EFFECTS[event] ?? NEXT_ROUND}`;
}

const AT_ONCE = "in effect at once";
const NEXT_ROUND = "in effect with the next round";
const EFFECTS: Partial<Record<Event["event"], string>> = {
  held: AT_ONCE,
  snoozed: AT_ONCE,
  quarantined: AT_ONCE,
};

/** The plan with the orders as they are now; `given` are those of `ordersSince`. */
export function withLaterOrders(
  plan: readonly PlanEntry[],
  given: readonly Event[],
  { state, ...context }: { readonly state: StorePaths; flags: CommandFlags; now: Date },
): readonly PlanEntry[] {
  if (given.length === 0) return plan;
  const hold = readHold(state, context.now);
  return plan.map((entry) => {
    const { mission_id: id } = entry;
    const isReleased = given.some((each) => each.event === "released" && each.mission_id === id);
    const orders = readOrders(state, id);
    return { ...entry, gates: gatesWithOrders(entry, { ...context, hold, orders, isReleased }) };
  });
}
