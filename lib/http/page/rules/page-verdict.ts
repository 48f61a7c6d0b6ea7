/**
 * The one verdict at the top of the page: the state that `scan --check` ends with, what needs a
 * person, and what to do about it.
 *
 * @module
 */
import type { ReportJob } from "../../../contract/job-report.ts";
import { OWN_JOB } from "../../../contract/own-job.ts";
import { jobNextStep } from "../../../jobs/rules/job-next-step.ts";
import { jobSeverity } from "../../../jobs/rules/job-severity.ts";
import { type CheckState, checkCell, checkReport } from "../../../scan/rules/check-state.ts";
import { type DisplayStatus, severityRank } from "../../../verdict/display-status.ts";
import { nextStepParts, type StepPart } from "../../../verdict/next-step.ts";
import { reasonOf } from "../../../verdict/reason.ts";
import { rowOf } from "../../../verdict/rows.ts";
import { type Entry, titleOf } from "./entry.ts";
import { cellCount, countText } from "./format.ts";
import { jobLook, sortedJobs } from "./job-list.ts";
import type { PageData } from "./merge.ts";

/** One thing that needs a person. */
export interface Concern {
  readonly look: DisplayStatus;
  /** Its status in a word. */
  readonly status: string;
  readonly name: string;
  /** The cell to open; undefined for what is not a cell. */
  readonly cellId?: string;
  readonly reason: string;
  /** The owner that the mission names, if any. */
  readonly owner?: string | undefined;
  /** What to do next. */
  readonly step: readonly StepPart[] | undefined;
}

export interface PageVerdict {
  readonly state: CheckState;
  /** What needs a person, in a few words. */
  readonly text: string;
  /** The most urgent things, and how many more there are. */
  readonly concerns: readonly Concern[];
  readonly more: number;
}

/**
 * The verdict on the last report, with at most `limit` concerns. It is UNKNOWN, with `outdated` as its
 * text, if that report is too old.
 */
export function verdictOf(
  { report, entries }: PageData,
  outdated: string,
  limit: number,
): PageVerdict {
  const all = [...entries.values()];
  const cells = all.map(({ cell }) => cell);
  const sick = all
    .filter(({ cell }) => ["CRITICAL", "WARNING"].includes(checkCell(cell, report.suspicion)))
    .toSorted((a, b) => severityRank(a.cell) - severityRank(b.cell));
  const jobs = sortedJobs(report.jobs?.jobs ?? []).filter((job) => jobSeverity(job) !== "OK");
  const found = [...observerConcerns(report), ...jobs.map(jobConcern), ...sick.map(cellConcern)];
  const state = outdated === "" ? checkReport({ ...report, cells }, 1) : "UNKNOWN";
  const counted = needText(sick.length, jobs.length);
  const text = outdated || counted || quietText(report, state);
  const concerns = found.slice(0, limit);
  return { state, text, concerns, more: found.length - concerns.length };
}

/** What the title of the browser's tab says: the state first, because tabs are narrow. */
export const titleText = ({ state, text }: PageVerdict): string =>
  state === "OK" ? "Lazarus Pit" : `${state}: ${text} – Lazarus Pit`;

/** `2 cells and 1 cron job need a person`; empty if nothing does. */
function needText(cells: number, jobs: number): string {
  const parts = [
    ...(cells === 0 ? [] : [cellCount(cells)]),
    ...(jobs === 0 ? [] : [`${countText(jobs)} cron ${jobs === 1 ? "job" : "jobs"}`]),
  ];
  if (parts.length === 0) return "";
  return `${parts.join(" and ")} ${cells + jobs === 1 ? "needs" : "need"} a person`;
}

function quietText({ summary, suspicion }: PageData["report"], state: CheckState): string {
  if (suspicion !== undefined) return "this host may be at fault, not the agents";
  if (summary.total === 0) return "there are no cells";
  return state === "OK" ? "nothing needs a person" : "the cron jobs need a person";
}

const words = (text: string): StepPart[] => [{ text, isCommand: false }];

const unknownConcern = (name: string, reason: string, step: string): Concern => ({
  look: "stale",
  status: "unknown",
  name,
  reason,
  step: words(step),
});

/** What concerns the observer, rather than one cell or job. */
function observerConcerns({ suspicion, jobs_unknown }: PageData["report"]): Concern[] {
  return [
    ...(suspicion === undefined
      ? []
      : [
          unknownConcern(
            "this host",
            suspicion.text,
            "check this host, its disk, clock and network",
          ),
        ]),
    ...(jobs_unknown === undefined
      ? []
      : [unknownConcern("the cron jobs", jobs_unknown, "look at the heartbeat directory")]),
  ];
}

const OWN_STEP: readonly StepPart[] = [
  { text: "type ", isCommand: false },
  { text: "systemctl status lazarus-pit", isCommand: true },
];

const wordsOf = (text: string | undefined) => (text === undefined ? undefined : words(text));

const jobConcern = (job: ReportJob): Concern => ({
  look: jobLook(job),
  status: job.health,
  name: job.job === OWN_JOB ? "the daemon of the Lazarus Pit (supervise)" : `cron job ${job.job}`,
  reason: job.text,
  step: job.job === OWN_JOB ? OWN_STEP : wordsOf(jobNextStep(job)),
});

const cellConcern = ({ cell, status }: Entry): Concern => ({
  look: status,
  status: rowOf(cell) === "stuck" ? "stuck" : status,
  name: titleOf(cell) ?? cell.mission_id,
  cellId: cell.mission_id,
  reason: reasonWithMessage(cell),
  owner: cell.owner ?? undefined,
  // The cell's detail has the whole command.
  step: nextStepParts({ ...cell, mission_id: "ID" }, rowOf(cell)),
});

/** Why a cell needs a person; for a stuck one also what its agent says. */
function reasonWithMessage(cell: Entry["cell"]): string {
  const reason = reasonOf(cell) ?? "";
  const isTold = cell.message === null || reason.includes(cell.message);
  return rowOf(cell) !== "stuck" || isTold ? reason : `${reason}: ${cell.message}`;
}
