/**
 * What a person does next about a cron job.
 *
 * @module
 */
import type { ReportJob } from "../../contract/job-report.ts";

const STEPS: Partial<Readonly<Record<ReportJob["health"], string>>> = {
  failed: "read its output, fix the cause, and run it again",
  missing: "see whether cron or its timer still starts it",
  lost: "its run was killed or its host stopped: see that host, and run it again",
  "running-too-long": "see what its run waits for",
  "too-often": "see which second place starts it",
  unreadable: "let this account read its record, or fix or remove it",
  unknown: "see its schedule, and the clock and directory of this host",
};

/** For a report from the future. */
const CLOCK_STEP = "correct the clock of this host, or of the one that ran it, and run it again";

/** The next step for a job, without a capital and a period; undefined if nothing is to be done. */
export const jobNextStep = ({
  health,
  age_seconds: age,
}: Pick<ReportJob, "health" | "age_seconds">): string | undefined =>
  health === "unreadable" && age !== null && age < 0 ? CLOCK_STEP : STEPS[health];
