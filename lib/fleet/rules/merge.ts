/**
 * Hosts in, the report of the fleet out: the only home of these rules.
 *
 * @module
 */
import type { FleetHost, FleetReport, DuplicateMission } from "../../contract/fleet-report.ts";
import type { Report } from "../../contract/report.ts";
import { checkCell, type CheckState } from "../../scan/rules/check-state.ts";
import type { CellLists } from "./cell-lists.ts";
import type { FleetFacts, HostFacts } from "./facts.ts";
import { countFleet } from "./fleet-summary.ts";
import { type FleetHistory, type HostHistory, isViewSuspect, nextHistory } from "./host-history.ts";
import { hostState } from "./host-state.ts";

/** What a merge needs besides the facts. */
export interface MergeContext {
  readonly now: Date;
  /** The same moment by the clock of the facts, in milliseconds. */
  readonly nowMs: number;
  /** What the previous merge returned; empty before the first. */
  readonly history: FleetHistory;
  /** Those of the same facts. */
  readonly duplicates: readonly DuplicateMission[];
  readonly cellLists: CellLists;
}

export interface MergedFleet {
  readonly report: FleetReport;
  readonly history: FleetHistory;
}

/** Merges what is known of all hosts. Hosts that are not live keep their last word, as not known. */
export function mergeFleet(facts: FleetFacts, context: MergeContext): MergedFleet {
  const { now, nowMs, cellLists } = context;
  const sorted = facts.hosts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const judged = sorted.map((host) => judgeHost(host, context));
  const history = new Map(judged.map(({ host, known }) => [host.name, known]));
  const hosts = judged.map(({ host }) => host);
  const report: FleetReport = {
    schema_version: 1,
    generated_at: now.toISOString(),
    kind: facts.kind,
    answered_at: momentOf(facts.answeredMs, context),
    suspect: isViewSuspect(history, nowMs),
    summary: countFleet(hosts),
    hosts,
    twice: [...context.duplicates],
    cells: sorted.flatMap(({ report: last }, at) =>
      last === undefined ? [] : cellLists.cellsOf(last, hosts[at]),
    ),
  };
  return { report, history };
}

const momentOf = (ms: number | undefined, { now, nowMs }: MergeContext): string | null =>
  ms === undefined ? null : new Date(now.getTime() - (nowMs - ms)).toISOString();

interface JudgedFacts {
  readonly host: FleetHost;
  readonly known: HostHistory;
}

function judgeHost(facts: HostFacts, context: MergeContext): JudgedFacts {
  const { name, report, version, held } = facts;
  const { state, why } = hostState(facts, context.nowMs);
  const known = nextHistory(context.history.get(name), state, context.nowMs);
  const live = state === "live" ? report : undefined;
  const host: FleetHost = {
    name,
    state,
    why,
    since: momentOf(known.sinceMs, context) ?? context.now.toISOString(),
    root: report?.root ?? null,
    generated_at: report?.generated_at ?? null,
    summary: report?.summary ?? null,
    version,
    suspicion: live?.suspicion?.cause ?? null,
    critical: countStates(live, "CRITICAL"),
    warning: countStates(live, "WARNING"),
    held,
  };
  return { host, known };
}

const countStates = (report: Report | undefined, state: CheckState): number =>
  report?.cells.filter((cell) => checkCell(cell, report.suspicion) === state).length ?? 0;

/** The missions that several hosts show, sorted by id, with those hosts; their homes are not known yet. */
export function duplicateMissions(hosts: readonly HostFacts[]): DuplicateMission[] {
  const first = new Map<string, string>();
  const several = new Map<string, Set<string>>();
  for (const { name, report } of hosts)
    for (const { mission_id } of report?.cells ?? []) {
      const id = mission_id.toLowerCase();
      const other = first.get(id);
      if (other === undefined) first.set(id, name);
      else if (other !== name) several.set(id, (several.get(id) ?? new Set([other])).add(name));
    }
  return [...several]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, names]) => ({ mission_id: id, hosts: [...names].toSorted(), home: null }));
}
