/**
 * Gates that depend on the attempts so far.
 *
 * @module
 */
import type { Attempt } from "./attempt.ts";
import { backoffSecondsLeft, breakerAfter } from "./backoff.ts";
import {
  type Gate,
  type GateContext,
  releaseCommand,
  timeAfter,
  waitingText,
} from "./gate-context.ts";

export const ATTEMPT_GATES = {
  attempts: ({ areAttemptsRead, attempts, ...context }) =>
    areAttemptsRead && attempts.every(({ state }) => state !== "unreadable")
      ? undefined
      : `the attempts so far cannot be read; to disregard them, type: ${releaseCommand(context)}`,
  running({ attempts, isRunning }) {
    const unknown = attempts.find(({ state }) => state === "unknown");
    if (unknown !== undefined) return unseenAttemptText(unknown);
    const running = attempts.find(({ state }) => state === "running");
    if (running === undefined) return isRunning ? "waiting for an attempt to end" : undefined;
    const { number, pid } = running;
    return `waiting for attempt ${number} to end${pid === undefined ? "" : `: process ${pid}`}`;
  },
  /** Ends when beats can be written again: until then, a revived agent looks as dead as before. */
  "cannot-beat"({ beatsBlocked, attempts, policy }) {
    const last = attempts.at(-1);
    if (beatsBlocked === undefined || last === undefined || policy.stops_running) return undefined;
    return `the agent that attempt ${last.number} started may be alive without being able to beat (${beatsBlocked.cause}): ${beatsBlocked.text}`;
  },
  breaker(context) {
    const opening = breakerOpening(context);
    if (opening === undefined) return undefined;
    const { attempts } = context;
    return `the breaker is open after ${attempts.length} attempts: waiting until ${opening.until}; to try at once, type: ${releaseCommand(context)}`;
  },
  backoff({ attempts, policy, cell, jitterFraction, now }) {
    const left = backoffSecondsLeft(attempts, policy, cell.limit_seconds ?? 0, jitterFraction);
    return left > 0 ? `${waitingText(now, left)}, after the last attempt` : undefined;
  },
  budget: ({ budget, policy }) =>
    budget > 0
      ? undefined
      : `waiting for the next round: this one already has the ${policy.budget_per_round} attempts that the policy allows`,
} as const satisfies Record<string, Gate>;

/** An opening of the breaker: the attempt that opened it, and when it ends. */
export interface BreakerOpening {
  readonly by: Attempt;
  readonly until: string;
}

/** The current opening of the breaker; undefined if it is closed or half-open. */
export function breakerOpening({
  attempts,
  policy,
  now,
}: Pick<GateContext, "attempts" | "policy" | "now">): BreakerOpening | undefined {
  const breaker = breakerAfter(attempts, policy);
  const by = attempts.at(-1);
  if (breaker.state !== "open" || by === undefined) return undefined;
  return { by, until: timeAfter(now, breaker.left).toISOString() };
}

/** The message for an attempt whose command cannot be seen, and may be running. */
export const unseenAttemptText = ({ number, pid }: Pick<Attempt, "number" | "pid">): string =>
  `attempt ${number} may still be running: process ${pid} cannot be seen, as in another container; release the mission once it has ended`;
