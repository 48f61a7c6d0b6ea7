/**
 * How long a mass silence counts as the observer's fault: ten minutes at most, because the agents
 * may really be dead.
 *
 * @module
 */
import { findMassSilence, type RhythmicCell } from "../../../verdict/mass-silence.ts";
import { MASS_SILENCE_SECONDS, massSuspicion } from "../../../verdict/suspicion.ts";
import type { ReportCell, Suspicion } from "../../../contract/report.ts";
import type { ClockSample } from "./clock-faults.ts";
import type { WatchedCell } from "./watch-restart.ts";

/** The silence of a cell that was explained by a mass silence. */
interface ExplainedSilence {
  /** The last beat of the cell, in milliseconds since 1970. */
  readonly lastMs: number;
  /** When that mass silence was first noticed, in monotonic seconds. */
  readonly since: number;
}

/** The state of mass silence between rounds. */
export interface MassWatch {
  /** The current mass silence; undefined without one. */
  readonly suspicion: Suspicion | undefined;
  /** The cells that it explains; empty without one. */
  readonly ids: ReadonlySet<string>;
  readonly explained: ReadonlyMap<string, ExplainedSilence>;
}

export const NO_MASS_SILENCE: MassWatch = {
  suspicion: undefined,
  ids: new Set(),
  explained: new Map(),
};

/** Applies a round; silence that another cause covers (`isCovered`) does not count. */
export function watchMassSilence(
  before: MassWatch,
  cells: readonly WatchedCell[],
  { wallMs, monotonic }: ClockSample,
  isCovered: (cell: ReportCell) => boolean,
): MassWatch {
  const explained = stillSilent(before.explained, cells);
  const isOver = (id: string) =>
    monotonic - (explained.get(id)?.since ?? monotonic) >= MASS_SILENCE_SECONDS;
  const counted = cells.filter(({ cell }) => !isOver(cell.mission_id) && !isCovered(cell));
  const found = findMassSilence(counted, wallMs);
  if (found === undefined) return { ...NO_MASS_SILENCE, explained };
  const since = [...found.ids].reduce(
    (first, id) => Math.min(first, explained.get(id)?.since ?? first),
    monotonic,
  );
  const lastBeats = lastBeatsOf(counted).filter(([id]) => found.ids.has(id));
  const all = [...explained, ...lastBeats.map(([id, lastMs]) => [id, { lastMs, since }] as const)];
  return { suspicion: massSuspicion(found), ids: found.ids, explained: new Map(all) };
}

/** The explained silences of cells that have not beaten since. */
function stillSilent(
  explained: MassWatch["explained"],
  cells: readonly RhythmicCell[],
): MassWatch["explained"] {
  if (explained.size === 0) return explained;
  const last = new Map(lastBeatsOf(cells));
  return new Map([...explained].filter(([id, { lastMs }]) => last.get(id) === lastMs));
}

const lastBeatsOf = (cells: readonly RhythmicCell[]): [string, number][] =>
  cells.map(({ cell, rhythm }) => [cell.mission_id, rhythm?.lastMs ?? 0]);
