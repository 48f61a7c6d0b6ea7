/**
 * What a new cell holds.
 *
 * @module
 */
import { CELL_FILES, type CellConfig, POINTERS } from "../schemas/cell.ts";
import { type Heartbeat, SEED_STATE } from "../schemas/heartbeat.ts";
import type { Mission } from "../schemas/mission.ts";

/** What the maker of a mission may say about it. */
export type About = Pick<Mission, "title" | "objective" | "owner" | "labels" | "source"> & {
  readonly status?: Mission["status"];
  /** The age limit that cell.json asks for. */
  readonly stale_after_seconds?: number;
  /** Keys of mission.json beyond those that we read: what a proposal says to its agent. */
  readonly more?: Readonly<Record<string, string | number | undefined>>;
};

/** Who writes: the same fields that a heartbeat carries. */
export interface Writer {
  readonly host: string;
  readonly boot_id: string;
  readonly pid: number;
}

/** The JSON files of a new cell, by path. */
export interface Seed {
  readonly [CELL_FILES.mission]: Mission;
  readonly [CELL_FILES.config]: CellConfig;
  readonly [CELL_FILES.heartbeat]: Heartbeat;
}

/** The files of the new cell `id`, as of `now`. */
export function seedCell(id: string, about: About, writer: Writer, now: Date): Seed {
  const timestamp = now.toISOString();
  const { status = "initialized", stale_after_seconds, more, ...said } = about;
  const wish = stale_after_seconds === undefined ? {} : { stale_after_seconds };
  return {
    [CELL_FILES.mission]: {
      schema_version: 1,
      mission_id: id,
      created_at: timestamp,
      status,
      ...said,
      ...more,
    },
    [CELL_FILES.config]: { schema_version: 1, mission_id: id, ...POINTERS, ...wish },
    [CELL_FILES.heartbeat]: {
      schema_version: 1,
      mission_id: id,
      timestamp,
      state: SEED_STATE,
      seq: 0,
      ...writer,
    },
  };
}
