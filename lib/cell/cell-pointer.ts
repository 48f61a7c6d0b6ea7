/**
 * Resolving the pointers of a cell's configuration without leaving the cell.
 *
 * @module
 */
import { closeSync } from "node:fs";
import { quoted } from "../base/printable.ts";
import { resolvePointer, segmentsInCell } from "./rules/pointer.ts";
import { CELL_FILES, type CellConfig, type Pointer, POINTERS } from "../contract/cell.ts";
import {
  type WithPath,
  type Flaw,
  type Presence,
  type Reading,
  valueOf,
} from "../contract/facts.ts";
import { flawOf } from "../host/files/read-json.ts";
import { openSubdirectory, type Root } from "../host/files/directory.ts";
import { segmentsBelow } from "../host/files/trusted-links.ts";

/** Where a pointer leads: the default path, another path in the cell, or why it is refused. */
export type Destination =
  | { readonly outcome: "default" }
  | { readonly outcome: "custom"; readonly segments: readonly string[] }
  | Flaw;

const DEFAULT = { outcome: "default" } as const;

/** Resolves the pointer `name` of a cell's configuration; a missing one has its default. */
export function resolveDestination(
  root: Root,
  id: string,
  config: Reading<CellConfig>,
  name: Pointer,
): Destination {
  const pointer = valueOf(config)?.[name] ?? POINTERS[name];
  if (pointer === POINTERS[name]) return DEFAULT;
  const cellPaths = [`${root.path}/${id}`, `${root.realPath}/${id}`];
  const segments = resolvePointer(pointer, cellPaths) ?? resolveLinks(root, id, pointer);
  if (segments?.join("/") === POINTERS[name]) return DEFAULT;
  if (segments !== undefined) return { outcome: "custom", segments };
  return {
    outcome: "pointer-escapes",
    why: `points out of the cell for its ${name}: ${quoted(pointer)}`,
  };
}

/** Resolves an absolute pointer that leads to the cell through links of its own. */
function resolveLinks(root: Root, id: string, pointer: string): string[] | undefined {
  const path = pointer.startsWith("/") ? segmentsBelow(root, id, pointer) : undefined;
  return path === undefined ? undefined : segmentsInCell(path);
}

/** Calls `read` at a custom destination. Each directory is opened in turn; a symlink is refused. */
export function readDestination<L extends Presence | Reading<unknown>>(
  cell: number,
  to: Exclude<Destination, { outcome: "default" }>,
  read: (dir: number, name: string) => L,
): WithPath<L | Flaw> {
  if (to.outcome !== "custom") return { ...to, path: CELL_FILES.config };
  const path = to.segments.join("/") || ".";
  const found = walk(cell, to.segments, read);
  if (!("isLink" in found && found.isLink)) return { ...found, path };
  return {
    outcome: "pointer-escapes",
    why: `points through a symlink: ${quoted(path)}`,
    path: CELL_FILES.config,
  };
}

function walk<L extends Presence | Reading<unknown>>(
  dir: number,
  [segment = ".", ...rest]: readonly string[],
  read: (dir: number, name: string) => L,
): L | Flaw {
  if (rest.length === 0) return read(dir, segment);
  let next: number;
  try {
    next = openSubdirectory(dir, segment);
  } catch (error) {
    return flawOf(error, dir, segment, "directory");
  }
  try {
    return walk(next, rest, read);
  } finally {
    closeSync(next);
  }
}
