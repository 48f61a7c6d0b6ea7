/**
 * The pause of a job: no alarm until it ends.
 *
 * @module
 */
import { formatTimestamp, parseTimestamp } from "../../base/time.ts";
import { type JobPause, MAX_PAUSE_MS } from "../../contract/job-pause.ts";
import type { ReportJob } from "../../contract/job-report.ts";

/**
 * When a job's pause ends or ended, in milliseconds since 1970. Undefined for a pause of another job,
 * and for one that is too long: a job must not be silenced for good.
 */
export function pauseEnd(job: string, pause: JobPause, now: number): number | undefined {
  const until = parseTimestamp(pause.until);
  if (until === undefined || pause.job !== job) return undefined;
  return until - now <= MAX_PAUSE_MS ? until : undefined;
}

/** The verdict on a job whose pause ends at `until`, with the suppressed verdict in its text. */
export function whilePaused(verdict: ReportJob, until: number | undefined, now: number): ReportJob {
  if (until === undefined || until <= now) return verdict;
  const paused_until = formatTimestamp(until) ?? null;
  const text = `paused until ${paused_until}; ${verdict.health}: ${verdict.text}`;
  return { ...verdict, health: "paused", text, paused_until };
}
