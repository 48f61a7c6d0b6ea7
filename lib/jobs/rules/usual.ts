/**
 * How long the runs of a job usually take.
 *
 * @module
 */
import type { BegunRun } from "../../contract/job-run.ts";

/** How much longer than its longest good run a run may last before that is unusual. */
const SLACK_FRACTION = 0.1;
const SLACK_SECONDS = 1;
/** The limit of a run of which nothing is known. */
const DEFAULT_SECONDS = 3600;

/** The median of the durations; undefined without any. */
export function medianDuration(durations: readonly number[] = []): number | undefined {
  const sorted = durations.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** What limits the duration of a run. */
export interface RunLimits {
  /** How long its last good runs took. */
  readonly durations_ms?: readonly number[] | undefined;
  readonly max_runtime_seconds?: number | undefined;
}

/**
 * How long a run is believed to be running although its process cannot be seen, in seconds: its time
 * limit, or a bit longer than the longest of the last good runs. Not the median: half of all runs exceed it.
 */
export function unseenLimit({ timeout_seconds }: BegunRun, limits: RunLimits): number {
  const { durations_ms = [], max_runtime_seconds } = limits;
  const longest = Math.max(...durations_ms) / 1000;
  const usual = longest + Math.max(SLACK_SECONDS, SLACK_FRACTION * longest);
  const known = [timeout_seconds, max_runtime_seconds, durations_ms.length > 0 ? usual : undefined];
  return Math.min(...known.filter((each) => each !== undefined), unknownLimit(known));
}

const unknownLimit = (known: readonly (number | undefined)[]): number =>
  known.every((each) => each === undefined) ? DEFAULT_SECONDS : Number.POSITIVE_INFINITY;
