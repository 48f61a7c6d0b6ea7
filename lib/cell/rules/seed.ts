/**
 * The contents of a new cell.
 *
 * @module
 */
import {
  CELL_FILES,
  type CellConfig,
  type ClonedRepository,
  POINTERS,
} from "../../contract/cell.ts";
import { type Heartbeat, SEED_STATE } from "../../contract/heartbeat.ts";
import { defined } from "../../base/defined.ts";
import type { Mission } from "../../contract/mission.ts";

/** What the creator of a mission may specify. */
export type MissionDetails = Pick<
  Mission,
  "title" | "objective" | "owner" | "labels" | "source"
> & {
  readonly status?: Mission["status"];
  /** The age limit that cell.json asks for. */
  readonly stale_after_seconds?: number;
  /** What the worktree is cloned from. */
  readonly cloned_from?: ClonedRepository;
  /** Further keys of mission.json, for the agent: the fields of a proposal that we do not read. */
  readonly more?: Readonly<Record<string, string | number | undefined>>;
};

/** The process that writes, in the fields of a heartbeat. */
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
export function seedCell(id: string, details: MissionDetails, writer: Writer, now: Date): Seed {
  const timestamp = now.toISOString();
  const { status = "initialized", stale_after_seconds, cloned_from, more, ...described } = details;
  const optional = defined({ stale_after_seconds, cloned_from });
  return {
    [CELL_FILES.mission]: {
      schema_version: 1,
      mission_id: id,
      created_at: timestamp,
      status,
      ...described,
      ...more,
    },
    [CELL_FILES.config]: { schema_version: 1, mission_id: id, ...POINTERS, ...optional },
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
