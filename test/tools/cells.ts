/**
 * Cells for tests, sound ones and ones with something wrong.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { seedCell } from "../../lib/cell/rules/seed.ts";
import { CELL_DIRS, CELL_FILES } from "../../lib/contract/cell.ts";

/** A mission id for tests; `n` keeps several apart and in order. */
export const idOf = (n: number): string =>
  `0b7e5a34-6f6f-4c35-9d3e-${n.toString(16).padStart(12, "0")}`;

export interface Told {
  readonly status?: "initialized" | "active" | "paused" | "completed" | "failed" | "abandoned";
  readonly title?: string;
  /** Seconds since the last beat. */
  readonly age?: number;
  readonly state?: string;
  /** More keys of the three files. */
  readonly mission?: object;
  readonly config?: object;
  readonly heartbeat?: object;
}

/** Writes a complete cell by plain means, and gives its path. */
export function writeCell(root: string, id: string, told: Told = {}): string {
  const { status = "active", age = 0, state = "working" } = told;
  const writer = { host: "test", boot_id: "test", pid: 1 };
  const seed = seedCell(
    id,
    { status, ...(told.title === undefined ? {} : { title: told.title }) },
    writer,
    new Date(),
  );
  const timestamp = new Date(Date.now() - age * 1000).toISOString();
  const cell = join(root, id);
  for (const dir of CELL_DIRS) mkdirSync(join(cell, dir), { recursive: true });
  writeJson(cell, CELL_FILES.mission, { ...seed[CELL_FILES.mission], ...told.mission });
  writeJson(cell, CELL_FILES.config, { ...seed[CELL_FILES.config], ...told.config });
  writeJson(cell, CELL_FILES.heartbeat, {
    ...seed[CELL_FILES.heartbeat],
    seq: 1,
    timestamp,
    state,
    ...told.heartbeat,
  });
  writeFileSync(join(cell, CELL_FILES.log), "");
  return cell;
}

/** Writes a value, or text as it is, to a path in a cell. */
export function writeJson(cell: string, path: string, value: unknown): void {
  const file = join(cell, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
}
