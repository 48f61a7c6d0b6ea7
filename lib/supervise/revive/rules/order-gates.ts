/**
 * Gates that an operator's orders close, and those for orders that cannot be read. Only a snooze ends
 * by itself.
 *
 * @module
 */
import { NO_FLAGS, storeCommand } from "../../../base/command-flags.ts";
import { quoted } from "../../../base/printable.ts";
import { activeSnooze } from "../../orders/rules/order.ts";
import { QUARANTINE_EXIT_CODE } from "./attempt.ts";
import { type GateContext, releaseCommand } from "./gate-context.ts";

/** What these gates depend on. */
type OrderContext = Pick<GateContext, "stateFlaw" | "hold" | "orders" | "now" | "flags"> & {
  readonly cell: Pick<GateContext["cell"], "mission_id">;
  readonly attempts: readonly Pick<GateContext["attempts"][number], "state" | "number">[];
};
type OrderGate = (context: OrderContext) => string | undefined;

export const ORDER_GATES = {
  state: ({ stateFlaw }) => stateFlaw,
  hold({ hold, flags = NO_FLAGS }) {
    if (hold === null) return undefined;
    const reason = hold === "unreadable" || hold.reason === undefined ? "" : quoted(hold.reason);
    const end = hold === "unreadable" || hold.until === undefined ? "" : ` until ${hold.until}`;
    return `an operator stopped all revivals${end}${reason && `: ${reason}`}; to start again, type: ${storeCommand("supervise resume", flags)}`;
  },
  orders: ({ orders, ...context }) =>
    orders === "unreadable"
      ? `the operator's orders for it cannot be read; to lift them, type: ${releaseCommand(context)}`
      : undefined,
  snoozed({ orders, now, ...context }) {
    const snooze = orders === "unreadable" ? undefined : activeSnooze(orders, now);
    return (
      snooze &&
      `waiting until ${snooze.until}: an operator snoozed it; to end that, type: ${releaseCommand(context)}`
    );
  },
  quarantined({ orders, attempts, ...context }) {
    const lift = `; to lift that, type: ${releaseCommand(context)}`;
    if (orders !== "unreadable" && orders.quarantine !== undefined)
      return `it is quarantined: ${quoted(orders.quarantine.reason)}${lift}`;
    const last = attempts.find(({ state }) => state === "final");
    return (
      last &&
      `it is quarantined: attempt ${last.number} ended with ${QUARANTINE_EXIT_CODE}, never again${lift}`
    );
  },
} as const satisfies Record<string, OrderGate>;
