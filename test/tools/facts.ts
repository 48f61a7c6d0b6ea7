/**
 * Facts of cells for tests of the rules, without a disk.
 *
 * @module
 */
import { seedCell } from "../../lib/cell/rules/seed.ts";
import { CELL_DIRS, CELL_FILES } from "../../lib/contract/cell.ts";
import type { WithPath, CellFacts, Flaw, Presence } from "../../lib/contract/facts.ts";
import type { Heartbeat } from "../../lib/contract/heartbeat.ts";
import type { Mission } from "../../lib/contract/mission.ts";
import type { ReportCell } from "../../lib/contract/report.ts";
import type { Limits } from "../../lib/contract/settings.ts";
import { idOf } from "./cells.ts";

export const NOON = new Date("2026-01-01T12:00:00.000Z");
export const ID = idOf(1);

export const LIMITS: Limits = {
  stale_after_seconds: 300,
  min_stale_after_seconds: 30,
  max_stale_after_seconds: 3600,
  allowed_skew_seconds: 60,
  max_waiting_seconds: 86_400,
};

export interface Changes {
  readonly mission?: Partial<Mission> | Flaw;
  readonly config?: object | Flaw;
  readonly heartbeat?: Partial<Heartbeat> | Flaw;
  readonly log?: Flaw;
  readonly dirs?: Partial<Record<(typeof CELL_DIRS)[number], Flaw>>;
  readonly self?: Flaw;
  /** Seconds before noon at which the last beat was written. */
  readonly age?: number;
}

/** A cell of a report whose agent has been silent since 11:00, with some of it changed. */
export const silentCell = (changes: Partial<ReportCell> = {}): ReportCell => ({
  mission_id: ID,
  title: null,
  owner: null,
  labels: {},
  source: null,
  status: "stale",
  attention: "critical",
  mission_status: "active",
  state: "working",
  message: null,
  progress: null,
  activity: null,
  expected_since: "2026-01-01T11:00:00.000Z",
  evidence: { process: null, exit: null, host: null },
  last_heartbeat: "2026-01-01T11:00:00.000Z",
  age_seconds: 3600,
  limit_seconds: LIMITS.stale_after_seconds,
  problems: [{ code: "heartbeat-old", path: CELL_FILES.heartbeat, text: "no beat" }],
  ...changes,
});

/** The facts of a sound cell that beat at noon, with some of them changed. */
export function factsOf(changes: Changes = {}): CellFacts {
  const seed = seedCell(ID, { status: "active" }, { host: "h", boot_id: "b", pid: 1 }, NOON);
  const timestamp = new Date(NOON.getTime() - (changes.age ?? 0) * 1000).toISOString();
  const dirs = CELL_DIRS.map((dir) => [
    dir,
    { path: dir, ...(changes.dirs?.[dir] ?? { outcome: "found" }) },
  ]);
  return {
    id: ID,
    self: changes.self ?? { outcome: "found" },
    dirs: Object.fromEntries(dirs) as Record<(typeof CELL_DIRS)[number], WithPath<Presence>>,
    mission: part(CELL_FILES.mission, seed[CELL_FILES.mission], changes.mission),
    config: part(CELL_FILES.config, seed[CELL_FILES.config], changes.config),
    heartbeat: part(
      CELL_FILES.heartbeat,
      { ...seed[CELL_FILES.heartbeat], timestamp, state: "working", seq: 1 },
      changes.heartbeat,
    ),
    log: { path: CELL_FILES.log, ...(changes.log ?? { outcome: "found" }) },
  };
}

function part<T extends object>(path: string, value: T, change: object | undefined = {}) {
  if ("outcome" in change) return { path, ...(change as Flaw) };
  return { path, outcome: "read" as const, value: { ...value, ...change } };
}
