/**
 * The result of one rule about a job.
 *
 * @module
 */
import type { JobHealth } from "../../contract/job-report.ts";

/** A health, and the reason as a clause for people. */
export type Judgement = readonly [JobHealth, string];

/** Every health, worst first: the first one that applies is shown. */
const WORST_FIRST: readonly JobHealth[] = [
  "unreadable",
  "lost",
  "failed",
  "missing",
  "running-too-long",
  "unknown",
  "too-often",
  "late",
  "failing",
  "on-time",
];

/** The judgements, worst first. */
export const worstFirst = (judgements: readonly Judgement[]): readonly Judgement[] =>
  judgements.toSorted((a, b) => WORST_FIRST.indexOf(a[0]) - WORST_FIRST.indexOf(b[0]));
