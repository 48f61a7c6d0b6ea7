/**
 * What each order of an operator changes in the store.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { defined } from "../../base/defined.ts";
import type { Event } from "../../contract/event.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { holdAll, resumeAll } from "../orders/hold-store.ts";
import { changeOrders, liftOrders } from "../orders/order-store.ts";
import type { ReleasedBeat } from "../orders/rules/order.ts";
import { readClocks, recordRecovery } from "../revive/attempt-history.ts";
import { acceptRoot } from "../status/accepted-root.ts";
import type { Order, OrderName } from "./order-flags.ts";
import { declarationText } from "./released-beat.ts";

export interface OrderResult {
  /** For the operator. */
  readonly text: string;
  /** True where there was nothing to change, so that nothing takes effect. */
  readonly changesNothing?: boolean;
  /** For the event log. */
  readonly event: Partial<Event> & Pick<Event, "event">;
}
type OrderHandler = (
  state: StorePaths,
  order: Order & { readonly id: string; readonly beat: ReleasedBeat | undefined },
  clock: Clock,
) => OrderResult;

const reasonOf = ({ reason }: Pick<Order, "reason">) => defined({ reason });

/** Carries out each order. */
export const ORDER_HANDLERS: Readonly<
  Record<Exclude<OrderName, "history" | "status">, OrderHandler>
> = {
  hold(state, order, clock) {
    const now = clock.now();
    const end = new Date(now.getTime() + 1000 * order.seconds).toISOString();
    const more = { ...(order.seconds === 0 ? {} : { until: end }), ...reasonOf(order) };
    holdAll(state, { at: now.toISOString(), ...more });
    const until = order.seconds === 0 ? "" : ` until ${end}`;
    return { text: `held: nothing is revived${until}`, event: { event: "held", ...more } };
  },
  resume(state, order, clock) {
    const wasHeld = resumeAll(state, clock.now());
    return {
      text: wasHeld ? "resumed" : "there was no hold",
      changesNothing: !wasHeld,
      event: { event: "resumed", ...reasonOf(order) },
    };
  },
  snooze(state, order, clock) {
    const now = clock.now();
    const until = new Date(now.getTime() + 1000 * order.seconds).toISOString();
    const snooze = { at: now.toISOString(), until, ...reasonOf(order) };
    changeOrders(state, order.id, (orders) => ({ ...orders, snooze }));
    const event = { event: "snoozed", mission_id: order.id, until, ...reasonOf(order) } as const;
    return { text: `snoozed until ${until}`, event };
  },
  quarantine(state, { id, reason = "" }, clock) {
    const quarantine = { at: clock.now().toISOString(), reason };
    changeOrders(state, id, (orders) => ({ ...orders, quarantine }));
    return { text: "quarantined", event: { event: "quarantined", mission_id: id, reason } };
  },
  "accept-root"(state, order, clock) {
    acceptRoot(state, state.root, clock.now());
    return {
      text: "accepted: a running supervise acts on the cells in this root again",
      event: { event: "root-accepted", ...reasonOf(order) },
    };
  },
  release(state, { id, beat, ...order }, clock) {
    liftOrders(state, id, beat);
    recordRecovery(state, id, readClocks(clock));
    return {
      text: `released: no snooze or quarantine, and its attempts so far no longer count${declarationText(beat)}`,
      event: { event: "released", mission_id: id, ...reasonOf(order) },
    };
  },
};
