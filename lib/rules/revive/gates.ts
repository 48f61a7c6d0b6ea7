/**
 * Why nothing is done for a dead mission: each reason on its own, so that an operator reads
 * which one it was. Unknown is never a reason to act.
 *
 * @module
 */
import { NEVER_AGAIN } from "../../schemas/attempt.ts";
import { isTerminal } from "../../schemas/mission.ts";
import type { Hold, Orders } from "../../schemas/orders.ts";
import type { ReportCell } from "../../schemas/report.ts";
import type { RevivePolicy } from "../../schemas/revive.ts";
import { parseTimestamp } from "../../schemas/time.ts";
import { describeDuration } from "../duration.ts";
import { LONGEST_SUSPICION } from "../announce.ts";
import { quoted } from "../printable.ts";
import { type Attempt, backoffLeft, breakerAfter } from "./backoff.ts";

/** So long after its limit a silent cell is left alone, or as long as its limit: a mass of them must have time to show. */
const SETTLING_SECONDS = 60;

/** All that decides whether something is done for one cell in this round. */
export interface Situation {
  readonly now: Date;
  readonly cell: ReportCell;
  readonly policy: RevivePolicy;
  /** This host's name, and the one that the last beat names. */
  readonly host: string;
  readonly beatHost: string | undefined;
  /** So many looks agree on its status that it counts. */
  readonly isCounted: boolean;
  /** For how long this very process has seen the same beat, by a clock that nobody sets. */
  readonly watchedSeconds: number;
  /** For how long so many cells have been silent at once; undefined when they are not. */
  readonly suspectSeconds: number | undefined;
  /** Null where there is no hold; a hold that cannot be read holds. */
  readonly hold: Hold | null | "unreadable";
  readonly orders: Orders | "unreadable";
  /** Those since the cell was last well, oldest first; none where they cannot be read. */
  readonly attempts: readonly Attempt[];
  readonly areAttemptsRead: boolean;
  /** This very process is running a command for it. */
  readonly isRunning: boolean;
  /** From 0 to 1, the same for one wait: what jitter is drawn from. */
  readonly chance: number;
  /** How many attempts of this policy the round may still make. */
  readonly budget: number;
}

export const GATES = {
  suspect: ({ suspectSeconds: since }) =>
    since !== undefined && since < LONGEST_SUSPICION
      ? `so many cells fell silent at once that the watcher is suspect, for ${describeDuration(LONGEST_SUSPICION)} at most`
      : undefined,
  unsettled({ cell, isCounted, now }) {
    const limit = cell.limit_seconds ?? 0;
    const left = limit + Math.min(SETTLING_SECONDS, limit) - (cell.age_seconds ?? 0);
    if (left > 0) return `it has only just fallen silent: ${until(now, left)}`;
    return isCounted ? undefined : "too few looks agree that it is silent";
  },
  unseen({ cell, watchedSeconds, now }) {
    const left = (cell.limit_seconds ?? Number.POSITIVE_INFINITY) - watchedSeconds;
    if (left <= 0) return undefined;
    return `supervise itself has not yet watched the same beat for the whole limit: ${until(now, left)}`;
  },
  "other-host": ({ beatHost, host }) =>
    beatHost !== undefined && beatHost !== host
      ? `its last beat came from another host: ${quoted(beatHost)}`
      : undefined,
  hold({ hold }) {
    if (hold === null) return undefined;
    if (hold === "unreadable" || hold.reason === undefined) return "an operator holds all action";
    return `an operator holds all action: ${quoted(hold.reason)}`;
  },
  orders: ({ orders }) =>
    orders === "unreadable" ? "the operator's orders for it cannot be read" : undefined,
  snoozed({ orders, now }) {
    if (orders === "unreadable" || orders.snooze === undefined) return undefined;
    const end = parseTimestamp(orders.snooze.until) ?? Number.POSITIVE_INFINITY;
    return now.getTime() < end ? `an operator snoozed it until ${orders.snooze.until}` : undefined;
  },
  quarantined({ orders, attempts }) {
    if (orders !== "unreadable" && orders.quarantine !== undefined)
      return `it is quarantined: ${quoted(orders.quarantine.reason)}`;
    const last = attempts.find(({ state }) => state === "final");
    return last && `it is quarantined: attempt ${last.number} ended with ${NEVER_AGAIN}`;
  },
  resting: ({ cell: { mission_status: status } }) =>
    status === null || status === "paused" || isTerminal(status)
      ? `its mission is ${status ?? "unknown"}`
      : undefined,
  attempts: ({ areAttemptsRead }) =>
    areAttemptsRead ? undefined : "the attempts so far cannot be read",
  running: ({ attempts, isRunning }) =>
    isRunning || attempts.some(({ state }) => state === "running")
      ? "an attempt is running"
      : undefined,
  breaker({ attempts, policy, now }) {
    const breaker = breakerAfter(attempts, policy);
    if (breaker.state !== "open") return undefined;
    return `${attempts.length} attempts did not help, the breaker is open: ${until(now, breaker.left)}`;
  },
  backoff({ attempts, policy, cell, chance, now }) {
    const left = backoffLeft(attempts, policy, cell.limit_seconds ?? 0, chance);
    return left > 0 ? `it waits after the last attempt: ${until(now, left)}` : undefined;
  },
  budget: ({ budget, policy }) =>
    budget > 0 ? undefined : `this round made its ${policy.budget_per_round} attempts already`,
} as const satisfies Record<string, (situation: Situation) => string | undefined>;
export type GateName = keyof typeof GATES;

/** A gate that is closed, and why. */
export interface ClosedGate {
  readonly gate: GateName;
  readonly text: string;
}

/** The gates that keep this cell from being acted upon; none when it is to be brought back. */
export function closedGates(situation: Situation): ClosedGate[] {
  return (Object.keys(GATES) as GateName[]).flatMap((gate) => {
    const text = GATES[gate](situation);
    return text === undefined ? [] : [{ gate, text }];
  });
}

/** A moment rather than a time left, so that the words stay the same. */
const until = (now: Date, seconds: number): string =>
  seconds > 1e9
    ? "for good"
    : `until ${new Date(1000 * Math.ceil(now.getTime() / 1000 + seconds)).toISOString()}`;
