/**
 * The health of one run that has begun and not ended.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";
import type { BegunRun, JobHistory } from "../../contract/job-run.ts";
import type { Liveness } from "../../contract/process-identity.ts";
import { dueAfter, graceOf } from "./due.ts";
import type { Declared } from "./declaration.ts";
import type { Judgement } from "./judgement.ts";
import { judgeFailure } from "./end-verdict.ts";
import { type RunLimits, unseenLimit } from "./usual.ts";

/** A run, whether its process still runs, and its age in seconds. */
export interface RunFacts {
  readonly run: BegunRun;
  readonly process: Liveness;
  readonly age: number;
}

/** What a run is measured against. */
export type RunDeclared = Declared & RunLimits & Pick<JobHistory, "failures_in_a_row">;

/** Judges one run that began `age` seconds before `now`, in milliseconds since 1970. */
export function judgeRun(facts: RunFacts, declared: RunDeclared, now: number): Judgement {
  const { run, process, age } = facts;
  const lost = (how: string) =>
    judgeFailure(["lost", how], (declared.failures_in_a_row ?? 0) + 1, declared);
  if (process === "gone") return lost("it was running, and its process is gone");
  const lasted = `running for ${describeDuration(age)}`;
  if (process === "alive" && run.message !== undefined)
    return ["running-too-long", `${lasted}: ${run.message}`];
  if (process === "alive")
    return age > longestRun(facts, declared, now)
      ? ["running-too-long", `it has been ${lasted}`]
      : ["on-time", lasted];
  if (age > untilNextRun(facts, declared, now))
    return lost(`it began ${describeDuration(age)} ago, and its end was never reported`);
  return mayHaveEnded(facts, declared)
    ? ["unknown", `${lasted}, or gone: its process cannot be seen from here`]
    : ["on-time", lasted];
}

/**
 * True for a run that cannot be seen, and has lasted longer than usual or allowed: it is unknown
 * whether it still runs.
 */
export const mayHaveEnded = ({ run, age }: RunFacts, declared: RunLimits): boolean =>
  age > unseenLimit(run, declared);

/** The most seconds that a run may last: what was declared, else until the next one is overdue. */
const longestRun = (facts: RunFacts, declared: RunDeclared, now: number): number =>
  declared.max_runtime_seconds ?? untilNextRun(facts, declared, now);

/** The seconds from the start of a run until the end of the next one's grace. */
function untilNextRun({ age }: RunFacts, declared: RunDeclared, now: number): number {
  const start = now - 1000 * age;
  return (dueAfter(declared, start) - start) / 1000 + graceOf(declared);
}
