/**
 * The cells and jobs of this host as candidates, within limits: a shell waits for them.
 *
 * Agents write titles, so a title is a description only, and never a word that a shell inserts.
 *
 * @module
 */
import * as v from "valibot";
import { homedir } from "node:os";
import { isCanonicalId } from "../base/id.ts";
import { rootNames } from "../cell/listing.ts";
import { observeCell } from "../cell/observe.ts";
import { loadCellSettings } from "../cell/own-root.ts";
import type { FlagValues } from "../cli/flag-values.ts";
import { loadSettings } from "../cli/settings.ts";
import { valueOf } from "../contract/facts.ts";
import { JobName } from "../contract/job.ts";
import { openRoot } from "../host/files/directory.ts";
import { syscalls } from "../host/syscalls/plan.ts";
import { scanJobs } from "../jobs/scan-jobs.ts";
import { type Candidate, candidate } from "./candidate.ts";

/** The most candidates of one kind. */
const MAX_CANDIDATES = 100;
/** How long titles are read: a shell waits for them. */
const TITLES_MS = 250;

/** Cells of the root whose ids begin with `start`, with their titles; none if the root is unreadable. */
export function cellCandidates(start: string, flags: FlagValues): Candidate[] {
  const root = openRoot(loadCellSettings(withHome(flags)).root);
  const ids = rootNames(root).filter((name) => isCanonicalId(name) && name.startsWith(start));
  const end = performance.now() + TITLES_MS;
  return limited(ids).map((id) => {
    if (performance.now() > end) return candidate(id, "");
    const { title = "", status = "unreadable" } =
      valueOf(observeCell(root, id, syscalls()).mission) ?? {};
    return candidate(id, title.trim() === "" ? status : `${title.trim()}, ${status}`);
  });
}

/** Jobs whose names begin with `start`, with their health. */
export function jobCandidates(start: string, flags: FlagValues): Candidate[] {
  const { jobs } = scanJobs(loadSettings(withHome(flags)), new Date());
  const named = jobs.filter(({ job }) => job.startsWith(start) && v.is(JobName, job));
  return limited(named.toSorted((a, b) => (a.job < b.job ? -1 : 1))).map(({ job, health }) =>
    candidate(job, health),
  );
}

/** The first ones and the last: a shell inserts their common beginning, which is that of the whole list. */
const limited = <Item>(sorted: readonly Item[]): readonly Item[] =>
  sorted.length <= MAX_CANDIDATES
    ? sorted
    : [...sorted.slice(0, MAX_CANDIDATES - 1), ...sorted.slice(-1)];

/** The flags with `~/` expanded, which a shell does only when it runs the line. */
const withHome = (flags: FlagValues): FlagValues =>
  Object.fromEntries(
    Object.entries(flags).map(([name, value]) => [
      name,
      typeof value === "string" ? value.replace(/^~(?=\/|$)/, homedir()) : value,
    ]),
  );
