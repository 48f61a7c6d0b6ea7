/**
 * The cron jobs: a table, the worst first, above the cells.
 *
 * @module
 */
import type { ReportJob } from "../../contract/job-report.ts";
import { badge, byId, element, setText, untrusted } from "./elements.ts";
import {
  durationText,
  hasBadJob,
  jobLook,
  jobsHeading,
  lastEnd,
  sortedJobs,
} from "./rules/job-list.ts";
import { countText } from "./rules/format.ts";
import type { PageData } from "./rules/merge.ts";
import { CHUNK } from "./rules/view.ts";
import { showMoment, untrustedText } from "./zone.ts";

const place = byId("jobs", HTMLDetailsElement);
const HEADS = ["Job", "Status", "Last end", "Next due", "What is known"] as const;

/** Whether a job was bad when the jobs were last drawn. */
let hadBadJob = false;

byId("job-heads").append(...HEADS.map((head) => element("th", { scope: "col" }, head)));

/** On a narrow screen, where the verdict names the bad jobs, the table would hide the cells. */
const isWide = (): boolean => matchMedia("(min-width: 60.01rem)").matches;

/** Draws the cron jobs; the table opens by itself when a job turns bad. */
export function drawJobs({ jobs: listed }: PageData["report"]): void {
  const jobs = sortedJobs(listed?.jobs ?? []);
  place.hidden = jobs.length === 0;
  setText(byId("jobs-heading"), listed === undefined ? "" : jobsHeading(listed.summary));
  const rows = jobs.slice(0, CHUNK).map(jobRow);
  const left = jobs.length - rows.length;
  if (left > 0)
    rows.push(element("tr", {}, element("td", { colspan: "5" }, `and ${countText(left)} more`)));
  byId("job-rows").replaceChildren(...rows);
  const isBad = hasBadJob(jobs);
  if (isBad && !hadBadJob && isWide()) place.open = true;
  hadBadJob = isBad;
}

function jobRow(job: ReportJob): HTMLElement {
  const name = untrusted(job.job, { class: "mono" });
  const took = durationText(job);
  const text = untrustedText([job.text, ...(took === "" ? [] : [took])].join("; "));
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, name),
    element("td", {}, badge(jobLook(job), job.health)),
    element("td", { "data-head": "Last end" }, momentOr(lastEnd(job), "never")),
    element("td", { "data-head": "Next due" }, momentOr(job.due_at, "not known")),
    element("td", {}, text),
  );
}

const momentOr = (timestamp: string | null, otherwise: string): string =>
  timestamp === null ? otherwise : showMoment(timestamp);
