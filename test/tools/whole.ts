/**
 * Whether a cell is whole, by the contract's own rules, and what bytes lie under a directory.
 *
 * @module
 */
import { closeSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { openRoot } from "../../lib/host/files/directory.ts";
import { observeCell } from "../../lib/cell/observe.ts";
import { contractProblems } from "../../lib/verdict/problems.ts";

/** What breaks the cell `id`: nothing when it is whole, `no cell` when it is not there. */
export function wrongWith(root: string, id: string): string[] {
  const open = openRoot(root);
  try {
    const facts = observeCell(open, id);
    if (facts.self.outcome === "absent") return ["no cell"];
    return contractProblems(facts).map(({ text }) => text);
  } finally {
    closeSync(open.fd);
  }
}

/** Every path below `directory` with what is there: a file's text, a link's target, or `/`. */
export function snapshot(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true }).map(String).toSorted();
  return Object.fromEntries(names.map((name) => [name, contentOf(join(directory, name))]));
}

function contentOf(path: string): string {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  return stats.isFile() ? readFileSync(path, "latin1") : "/";
}
