/**
 * What a person wants to know about one cell, but its verdict does not need: the objective of the
 * mission, and the names of its artifacts.
 *
 * @module
 */
import { OperatorError } from "../base/errors.ts";
import { shortened } from "../base/printable.ts";
import type { CellRecords } from "../contract/cell-records.ts";
import { valueOf } from "../contract/facts.ts";
import type { NameList } from "../host/programs/list-names.ts";
import { listArtifacts } from "./artifacts.ts";
import type { Cell } from "./cell.ts";
import { observeCell } from "./observe.ts";

/** In UTF-16 units. */
const OBJECTIVE_LIMIT = 2000;
/** An agent may write any number of artifacts. */
const MAX_NAMES = 50;

/** The contents of a cell; each part that cannot be read is null. Never leaves the cell. */
export async function readCellContents(cell: Cell): Promise<Omit<CellRecords, "supervise">> {
  const { mission, dirs } = observeCell(cell.root, cell.id);
  const objective = valueOf(mission)?.objective;
  const { outcome, path } = dirs.artifacts;
  const listed = outcome === "found" ? await listIfPossible(cell, path) : undefined;
  return {
    objective: objective === undefined ? null : shortened(objective, OBJECTIVE_LIMIT),
    artifacts: listed === undefined ? null : { names: [...listed.names], has_more: listed.more },
  };
}

async function listIfPossible(cell: Cell, path: string): Promise<NameList | undefined> {
  try {
    return await listArtifacts(cell, path, MAX_NAMES);
  } catch (error) {
    // The program that lists them cannot be run.
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}
