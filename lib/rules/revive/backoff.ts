/**
 * How long to wait after attempts that did not help.
 *
 * Both rules are functions of the attempts on disk alone, so that a restart forgets nothing.
 *
 * @module
 */
import type { RevivePolicy } from "../../schemas/revive.ts";

/** An attempt, as far as the next one depends on it. */
export interface Attempt {
  readonly digest: string;
  readonly number: number;
  /** Seconds since it was claimed. */
  readonly elapsed: number;
  /** How long its command took; where nobody saw its end, how long it may have taken. */
  readonly tookSeconds: number;
  /** `lost`: whoever claimed it is gone, and nobody knows how it ended. `final`: it said never again. */
  readonly state: "running" | "succeeded" | "failed" | "final" | "lost";
}

/**
 * Seconds until the next attempt may be made, by the attempts since the cell was last well,
 * oldest first; 0 or less when it is due. A wait doubles with each attempt, and is longer or
 * shorter by the policy's jitter: by `chance`, 0 to 1, which must stay the same for one wait.
 *
 * It begins when the command ends. An agent that a command brought back gets at least `limit`
 * seconds, its own age limit, for its first beat.
 */
export function backoffLeft(
  attempts: readonly Attempt[],
  policy: RevivePolicy,
  limit: number,
  chance: number,
): number {
  const last = attempts.at(-1);
  if (last === undefined) return 0;
  const doubled = policy.delay_seconds * 2 ** (attempts.length - 1);
  const jitter = 1 + policy.jitter * (2 * chance - 1);
  const wait = Math.min(doubled, policy.max_delay_seconds) * jitter;
  const least = last.state === "succeeded" || last.state === "lost" ? limit : 0;
  return Math.max(wait, least) - (last.elapsed - last.tookSeconds);
}

/** The breaker: closed lets attempts through, open none, half-open a single one. */
export type Breaker =
  { readonly state: "closed" | "half-open" } | { readonly state: "open"; readonly left: number };

/**
 * The breaker after the attempts since the cell was last well, oldest first. It opens when
 * `attempts` of them lie within any `interval_seconds`, for as long again; the attempt that is
 * let through then opens it anew. Only health closes it, which empties the list.
 */
export function breakerAfter(attempts: readonly Attempt[], policy: RevivePolicy): Breaker {
  let opened: number | undefined;
  for (const [at, { elapsed }] of attempts.entries()) {
    const first = attempts[at - policy.attempts + 1];
    const isFull = first !== undefined && first.elapsed - elapsed < policy.interval_seconds;
    if (opened !== undefined || isFull) opened = elapsed;
  }
  if (opened === undefined) return { state: "closed" };
  const left = policy.interval_seconds - opened;
  return left > 0 ? { state: "open", left } : { state: "half-open" };
}

/** From 0 to 1, the same for one beat and attempt: so that a plan does not change from look to look. */
export const chanceOf = (digest: string, number: number): number =>
  ((Number.parseInt(digest.slice(0, 8), 16) ^ Math.imul(number, 0x9e3779b1)) >>> 0) / 2 ** 32;
