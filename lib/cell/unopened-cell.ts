/**
 * The facts of a cell or a part that cannot be opened.
 *
 * @module
 */
import { CELL_DIRS, CELL_FILES } from "../contract/cell.ts";
import type { CellFacts, Flaw } from "../contract/facts.ts";

/** The flaw of a file whose directory could not be opened. */
export const inaccessible = (flaw: Flaw, dir: string): Flaw =>
  flaw.outcome === "absent"
    ? flaw
    : { outcome: "unreadable", why: `${dir} ${"why" in flaw ? flaw.why : ""}` };

/** The facts of a cell whose own directory could not be opened. */
export function unopened(id: string, self: Flaw): CellFacts {
  const part = (path: string) => ({ ...inaccessible(self, "the cell"), path });
  const dirs = Object.fromEntries(CELL_DIRS.map((dir) => [dir, part(dir)])) as CellFacts["dirs"];
  const { mission, config, heartbeat, log } = CELL_FILES;
  return {
    id,
    self,
    dirs,
    mission: part(mission),
    config: part(config),
    heartbeat: part(heartbeat),
    log: part(log),
  };
}
