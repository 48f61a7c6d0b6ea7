/**
 * Gates: the separate reasons not to revive a dead mission, so that an operator sees which ones
 * apply. Anything unknown closes a gate.
 *
 * @module
 */
import { ATTEMPT_GATES } from "./attempt-gates.ts";
import { FLEET_GATES } from "./fleet-gate.ts";
import type { Gate, GateContext } from "./gate-context.ts";
import { ORDER_GATES } from "./order-gates.ts";
import { WITNESS_GATES } from "./witness-gates.ts";

export const GATES = {
  ...WITNESS_GATES,
  ...ORDER_GATES,
  ...FLEET_GATES,
  ...ATTEMPT_GATES,
};
export type GateName = keyof typeof GATES;

/** A closed gate. */
export interface ClosedGate {
  readonly gate: GateName;
  /** Why it is closed, what it waits for, and what an operator can type. */
  readonly text: string;
}

/** The gates that prevent an attempt; none if the cell is to be revived. */
export function closedGates(context: GateContext): ClosedGate[] {
  return (Object.entries(GATES) as [GateName, Gate][]).flatMap(([gate, reasonFor]) => {
    const text = reasonFor(context);
    return text === undefined ? [] : [{ gate, text }];
  });
}

/** True if only the open breaker (and the round's budget) prevents an attempt. */
export const isGivenUp = (gates: readonly ClosedGate[]): boolean =>
  gates.some(({ gate }) => gate === "breaker") &&
  gates.every(({ gate }) => gate === "breaker" || gate === "budget");
