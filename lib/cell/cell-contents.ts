/**
 * What a person wants to know about one cell, but its verdict does not need: the objective of the
 * mission, and the names of its artifacts.
 *
 * @module
 */
import { closeSync, opendirSync } from "node:fs";
import { shortened } from "../base/printable.ts";
import type { CellRecords } from "../contract/cell-records.ts";
import { type Reading, valueOf } from "../contract/facts.ts";
import { at, openSubdirectory } from "../host/files/directory.ts";
import { flawOf } from "../host/files/read-json.ts";
import type { Cell } from "./cell.ts";
import { readDestination, resolveDestination } from "./cell-pointer.ts";
import { observeCell } from "./observe.ts";

/** In UTF-16 units. */
const OBJECTIVE_LIMIT = 2000;
/** An agent may write any number of artifacts. */
const MAX_NAMES = 50;

/** The contents of a cell; each part that cannot be read is null. Never leaves the cell. */
export function readCellContents(cell: Cell): Omit<CellRecords, "supervise"> {
  const facts = observeCell(cell.root, cell.id);
  const objective = valueOf(facts.mission)?.objective;
  const to = resolveDestination(cell.root, cell.id, facts.config, "artifacts");
  return {
    objective: objective === undefined ? null : shortened(objective, OBJECTIVE_LIMIT),
    artifacts: valueOf(namesAt(cell, to)) ?? null,
  };
}

type Names = NonNullable<CellRecords["artifacts"]>;

function namesAt({ root, id }: Cell, to: ReturnType<typeof resolveDestination>): Reading<Names> {
  let cell: number;
  try {
    cell = openSubdirectory(root.fd, id);
  } catch (error) {
    return flawOf(error, root.fd, id, "directory");
  }
  try {
    return to.outcome === "default"
      ? readNames(cell, "artifacts")
      : readDestination(cell, to, readNames);
  } finally {
    closeSync(cell);
  }
}

/** Opens the directory before listing it: its name may become a link at any moment. */
function readNames(dir: number, name: string): Reading<Names> {
  try {
    const opened = openSubdirectory(dir, name);
    try {
      return { outcome: "read", value: firstNames(at(opened, ".")), writtenMs: 0 };
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    return flawOf(error, dir, name, "directory");
  }
}

function firstNames(path: string): Names {
  const directory = opendirSync(path);
  const names: string[] = [];
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      if (names.length === MAX_NAMES) return { names: names.toSorted(), has_more: true };
      names.push(entry.name);
    }
  } finally {
    directory.closeSync();
  }
  return { names: names.toSorted(), has_more: false };
}
