/**
 * What a view remembers of its hosts from one look to the next, and whether most of them went at
 * the same time.
 *
 * @module
 */
import type { HostState } from "../../contract/fleet-report.ts";

/** A host's state since a moment, and when it stopped being live, if it was and is not any more. */
export interface HostHistory {
  readonly state: HostState;
  readonly sinceMs: number;
  readonly wentMs: number | undefined;
}

/** By the hosts' names. */
export type FleetHistory = ReadonlyMap<string, HostHistory>;

/** The history of a host after another look. */
export function nextHistory(
  before: HostHistory | undefined,
  state: HostState,
  nowMs: number,
): HostHistory {
  if (before?.state === state) return before;
  const went = before?.state === "live" ? nowMs : before?.wentMs;
  return { state, sinceMs: nowMs, wentMs: state === "live" ? undefined : went };
}

const MIN_HOSTS = 3;
const MIN_PERCENT = 55;
/** Within how long they must have gone. */
const WINDOW_MS = 60_000;
/** Afterwards they are simply away, whatever the cause was. */
const LONGEST_SUSPICION_MS = 600_000;

/**
 * True if at least three hosts, and 55 % of those that were live, went within a minute, at most ten
 * minutes ago: then the network or the view itself is more likely at fault than each of them.
 */
export function isViewSuspect(history: FleetHistory, nowMs: number): boolean {
  const hosts = [...history.values()];
  const live = hosts.filter(({ state }) => state === "live").length;
  const went = hosts
    .flatMap(({ wentMs }) => (wentMs === undefined ? [] : [wentMs]))
    .toSorted((a, b) => a - b);
  /** The end of those that went within the window that starts at `at`; it only grows. */
  let end = 0;
  return went.some((startMs, at) => {
    while (end < went.length && (went[end] ?? 0) - startMs <= WINDOW_MS) end += 1;
    const together = end - at;
    // Those that went later were live as well.
    const wereLive = live + went.length - at;
    return (
      nowMs - (went[end - 1] ?? 0) <= LONGEST_SUSPICION_MS &&
      together >= MIN_HOSTS &&
      100 * together >= MIN_PERCENT * wereLive
    );
  });
}
