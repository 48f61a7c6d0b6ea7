/**
 * Roots of many cells, for measuring and for comparing programs: the same cells for the same number.
 *
 * @module
 */
import { mkdirSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CELL_DIRS, CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "./cells.ts";

const { mission, heartbeat, log } = CELL_FILES;

/** Ways in which a cell is incomplete, that each program finds without following a link. */
const FLAWS: readonly ((cell: string) => void)[] = [
  (cell) => rmSync(join(cell, "artifacts"), { recursive: true }),
  (cell) => rmSync(join(cell, "meta"), { recursive: true }),
  (cell) => unlinkSync(join(cell, log)),
  (cell) => unlinkSync(join(cell, mission)),
  (cell) => writeFileSync(join(cell, mission), '{"mission_id": "'),
  (cell) => writeFileSync(join(cell, heartbeat), "{}"),
  (cell) => {
    rmSync(join(cell, "worktree"), { recursive: true });
    symlinkSync("meta", join(cell, "worktree"));
  },
  (cell) => {
    unlinkSync(join(cell, heartbeat));
    mkdirSync(join(cell, heartbeat));
  },
];

/**
 * Writes a root of `count` cells: of 20 cells 14 are healthy, three stale, two incomplete and one
 * uninitialized. The heartbeat files are as old as the beats in them.
 */
export function writeRoot(root: string, count: number): void {
  for (let n = 0; n < count; n++) {
    const [kind, id] = [n % 20, idOf(n)];
    if (kind === 0)
      for (const dir of CELL_DIRS) mkdirSync(join(root, id, dir), { recursive: true });
    else if (kind <= 3) writeSilentCell(root, id, 86_400 + n);
    else {
      const cell = writeCell(root, id, { title: `Mission ${n}` });
      if (kind <= 5) FLAWS[Math.floor(n / 10) % FLAWS.length]?.(cell);
    }
  }
}

function writeSilentCell(root: string, id: string, age: number): void {
  const cell = writeCell(root, id, { age, title: "Silent" });
  const then = Date.now() / 1000 - age;
  utimesSync(join(cell, heartbeat), then, then);
}
