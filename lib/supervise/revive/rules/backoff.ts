/**
 * Backoff and circuit breaker: when the next attempt may be made after unsuccessful ones.
 *
 * Both depend only on the attempts on disk, so that a restart changes nothing.
 *
 * @module
 */
import type { Attempt } from "./attempt.ts";
import type { RevivePolicy } from "../../../contract/revive-policy.ts";

/**
 * Seconds until the next attempt is due, after the attempts since the last recovery, oldest first;
 * 0 or less if it is due. The delay doubles with each attempt, and varies by the policy's jitter:
 * `jitterFraction` is 0 for the shortest delay and 1 for the longest.
 *
 * The delay begins when the command ends. A revived agent gets at least `limit` seconds, its own
 * age limit, for its first beat.
 */
export function backoffSecondsLeft(
  attempts: readonly Attempt[],
  policy: RevivePolicy,
  limit: number,
  jitterFraction: number,
): number {
  const last = attempts.at(-1);
  if (last === undefined) return 0;
  const doubled = policy.delay_seconds * 2 ** (attempts.length - 1);
  const jitter = 1 + policy.jitter * (2 * jitterFraction - 1);
  const delay = Math.min(doubled, policy.max_delay_seconds) * jitter;
  const minimum = last.state === "succeeded" || last.state === "lost" ? limit : 0;
  return Math.max(delay, minimum) - (last.elapsed - last.tookSeconds);
}

/** Closed allows attempts; open none for `left` seconds; half-open a single one. */
export type Breaker =
  { readonly state: "closed" | "half-open" } | { readonly state: "open"; readonly left: number };

/**
 * The breaker after the attempts since the last recovery, oldest first. It opens for
 * `interval_seconds` when `attempts` of them were made within any such interval; then the single
 * allowed attempt opens it again. Only a recovery closes it, because it empties the list.
 */
export function breakerAfter(attempts: readonly Attempt[], policy: RevivePolicy): Breaker {
  let openedSecondsAgo: number | undefined;
  for (const [index, { elapsed }] of attempts.entries()) {
    const first = attempts[index - policy.attempts + 1];
    const isFull = first !== undefined && first.elapsed - elapsed < policy.interval_seconds;
    if (openedSecondsAgo !== undefined || isFull) openedSecondsAgo = elapsed;
  }
  if (openedSecondsAgo === undefined) return { state: "closed" };
  const left = policy.interval_seconds - openedSecondsAgo;
  return left > 0 ? { state: "open", left } : { state: "half-open" };
}

/** 0 to 1, the same for one beat and attempt, so that a delay does not change between rounds. */
export const jitterFractionOf = (digest: string, number: number): number =>
  ((Number.parseInt(digest.slice(0, 8), 16) ^ Math.imul(number, 0x9e3779b1)) >>> 0) / 2 ** 32;
