/**
 * The gates of a plan with the orders that were given after it was made.
 *
 * @module
 */
import type { Evidence } from "../../../contract/report.ts";
import type { GateContext } from "./gate-context.ts";
import { ORDER_GATES } from "./order-gates.ts";

/** A closed gate as a plan on disk has it. */
interface PlannedGate {
  readonly gate: string;
  readonly text: string;
}

/** A mission of a plan, as a daemon wrote it. */
interface PlannedMission {
  readonly mission_id: string;
  readonly evidence: Pick<Evidence, "process">;
  readonly gates: readonly PlannedGate[];
}

/** The orders as they are now. */
export interface LaterOrders extends Pick<GateContext, "hold" | "orders" | "now" | "flags"> {
  /** The mission was released after the plan was made. */
  readonly isReleased: boolean;
}

/** What follows from the orders alone. */
const BY_ORDERS = ["hold", "orders", "snoozed"] as const;
/** What a release opens besides. */
const RELEASED = ["quarantined", "attempts", "breaker", "backoff", "other-host"];

/** The gates of `mission` that are closed once these orders are read. */
export function gatesWithOrders(
  { mission_id, evidence, gates }: PlannedMission,
  { isReleased, ...now }: LaterOrders,
): PlannedGate[] {
  const isOpened = ({ gate }: PlannedGate) =>
    (BY_ORDERS as readonly string[]).includes(gate) ||
    (isReleased && (RELEASED.includes(gate) || (gate === "alive" && evidence.process !== "alive")));
  const kept = gates.filter((each) => !isOpened(each));
  const context = { ...now, stateFlaw: undefined, cell: { mission_id }, attempts: [] };
  const ordered = [...BY_ORDERS, "quarantined" as const].flatMap((gate) => {
    const text = ORDER_GATES[gate](context);
    return text === undefined || kept.some((each) => each.gate === gate) ? [] : [{ gate, text }];
  });
  return [...kept, ...ordered];
}
