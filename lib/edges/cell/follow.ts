/**
 * Going where a cell's configuration points, without leaving the cell.
 *
 * @module
 */
import { closeSync } from "node:fs";
import { quoted } from "../../rules/printable.ts";
import { resolvePointer } from "../../rules/pointer.ts";
import { CELL_FILES, type CellConfig, type Pointer, POINTERS } from "../../schemas/cell.ts";
import { type At, type Flaw, type Look, type Reading, valueOf } from "../../schemas/facts.ts";
import { flawOf } from "./contract.ts";
import { openPlace, type Root } from "../host/directory.ts";

/** Where a pointer leads: the usual place, the steps to another, or why it may not be followed. */
export type Destination =
  | { readonly outcome: "usual" }
  | { readonly outcome: "elsewhere"; readonly steps: readonly string[] }
  | Flaw;

const USUAL = { outcome: "usual" } as const;

/** Follows the pointer `name` of a cell's configuration, or its default where there is none. */
export function destinationOf(
  root: Root,
  id: string,
  config: Reading<CellConfig>,
  name: Pointer,
): Destination {
  const pointer = valueOf(config)?.[name] ?? POINTERS[name];
  if (pointer === POINTERS[name]) return USUAL;
  const steps = resolvePointer(pointer, [`${root.path}/${id}`, `${root.realPath}/${id}`]);
  if (steps?.join("/") === POINTERS[name]) return USUAL;
  if (steps !== undefined) return { outcome: "elsewhere", steps };
  return {
    outcome: "pointer-escapes",
    why: `points out of the cell for its ${name}: ${quoted(pointer)}`,
  };
}

/** Goes where a pointer leads, one directory at a time; a symlink on the way ends it. */
export function follow<L extends Look | Reading<unknown>>(
  cell: number,
  to: Exclude<Destination, { outcome: "usual" }>,
  look: (dir: number, name: string) => L,
): At<L | Flaw> {
  if (to.outcome !== "elsewhere") return { ...to, path: CELL_FILES.config };
  const path = to.steps.join("/") || ".";
  const found = walk(cell, to.steps, look);
  if (!("isLink" in found && found.isLink)) return { ...found, path };
  return {
    outcome: "pointer-escapes",
    why: `points through a symlink: ${quoted(path)}`,
    path: CELL_FILES.config,
  };
}

function walk<L extends Look | Reading<unknown>>(
  dir: number,
  [step = ".", ...rest]: readonly string[],
  look: (dir: number, name: string) => L,
): L | Flaw {
  if (rest.length === 0) return look(dir, step);
  let next: number;
  try {
    next = openPlace(dir, step);
  } catch (error) {
    return flawOf(error, dir, step, "directory");
  }
  try {
    return walk(next, rest, look);
  } finally {
    closeSync(next);
  }
}
