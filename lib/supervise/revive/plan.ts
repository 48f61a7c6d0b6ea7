/**
 * Plans a round: one attempt for each dead mission with a policy, and the gates that prevent it.
 *
 * @module
 */
import { jitterFractionOf } from "./rules/backoff.ts";
import type { GateContext } from "./rules/gate-context.ts";
import { type ClosedGate, closedGates } from "./rules/gates.ts";
import { commandFor, policyFor } from "./rules/policy.ts";
import type { RevivePolicy } from "../../contract/revive-policy.ts";
import type { Settings } from "../../contract/settings.ts";
import { OperatorError } from "../../base/errors.ts";
import { cellFacts, holdIn, type PlanContext, roundFacts, type RoundPlan } from "./gate-facts.ts";
import { nextAttemptNumber } from "./attempt-store.ts";
import {
  type AgedAttempt,
  attemptHistory,
  attemptsSinceRecovery,
  readClocks,
} from "./attempt-history.ts";
import type { ObservedCell } from "../../view/observed-cell.ts";

/** A dead mission and the policy for it. */
interface Candidate {
  readonly observed: ObservedCell;
  /** Identifies its last beat. */
  readonly digest: string;
  readonly policy: RevivePolicy;
}

/** An attempt that is made if no gate is closed. */
export interface PlannedAttempt extends Candidate {
  readonly command: readonly string[];
  /** The attempt's number on this beat. */
  readonly attempt: number;
  /** What the gates were evaluated with. */
  readonly context: GateContext;
  readonly gates: readonly ClosedGate[];
}

/** Plans a round for the observed cells. */
export function planRound(context: PlanContext, cells: Iterable<ObservedCell>): PlannedAttempt[] {
  const round = { ...context, clocks: readClocks(context.clock), hold: holdIn(context) };
  const allowed = new Map<RevivePolicy, number>();
  const attempts: PlannedAttempt[] = [];
  for (const observed of cells) {
    const candidate = candidateFor(observed, context.settings);
    if (candidate === undefined) continue;
    const { policy } = candidate;
    const count = allowed.get(policy) ?? 0;
    const planned = planAttempt(round, candidate, policy.budget_per_round - count);
    if (planned.gates.length === 0) allowed.set(policy, count + 1);
    attempts.push(planned);
  }
  return attempts;
}

/**
 * True if the attempt that `context` led to is still due for `current`, the same cell read again:
 * its beat, its problem and its policy are the same, and all gates are open by what is known now.
 */
export function isStillDue(
  context: PlanContext,
  planned: PlannedAttempt,
  current: ObservedCell,
): boolean {
  const candidate = candidateFor(current, context.settings);
  if (candidate?.digest !== planned.digest || candidate.policy !== planned.policy) return false;
  if (problemsOf(current) !== problemsOf(planned.observed)) return false;
  const round = { ...context, hold: holdIn(context) };
  const now = { ...planned.context, ...cellFacts(round, current), hold: round.hold };
  return closedGates(now).length === 0;
}

const problemsOf = ({ cell }: ObservedCell): string =>
  cell.problems.map(({ code }) => code).join(" ");

function candidateFor(observed: ObservedCell, { revive }: Settings): Candidate | undefined {
  const { cell, digest } = observed;
  if (cell.problems.length === 0) return undefined;
  const policy = policyFor({ cell, evidence: observed.evidence }, revive);
  return policy === undefined || digest === undefined ? undefined : { observed, digest, policy };
}

/** `budget` is the number of attempts that the policy still allows in this round. */
function planAttempt(round: RoundPlan, candidate: Candidate, budget: number): PlannedAttempt {
  const { observed, digest, policy } = candidate;
  const id = observed.cell.mission_id;
  const history = round.stateFlaw === undefined ? tryReadHistory(round, id) : [];
  const attempt = nextAttemptNumber(history?.map(({ record }) => record) ?? [], digest);
  const context: GateContext = {
    ...roundFacts(round),
    ...cellFacts(round, observed),
    digest,
    policy,
    attempts: attemptsSinceRecovery(round.state, id, history ?? [], round.clocks),
    areAttemptsRead: history !== undefined,
    jitterFraction: jitterFractionOf(digest, attempt),
    budget,
  };
  const command = commandFor(policy, id);
  return { ...candidate, command, attempt, context, gates: closedGates(context) };
}

/** Undefined if the attempts cannot be read, which blocks only their own mission. */
function tryReadHistory({ state, clocks }: RoundPlan, id: string): AgedAttempt[] | undefined {
  try {
    return attemptHistory(state, id, clocks);
  } catch (error) {
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}
