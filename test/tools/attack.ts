/**
 * Work while an attacker swaps a directory for a symlink: see swap.c.
 *
 * The symlink leads to a complete cell outside of the root, or to one of its directories.
 *
 * @module
 */
import { lstatSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { run } from "./program.ts";

/** What is swapped: the cell, or a directory of it. */
export const TARGETS = ["the cell", "meta", "config", "state", "logs", "worktree"] as const;
export type Target = (typeof TARGETS)[number];

export interface Scene {
  /** The compiled attacker. */
  readonly attacker: string;
  readonly root: string;
  /** The cell that is attacked. */
  readonly id: string;
  /** The cell outside. */
  readonly outside: string;
}

/** Compiles the attacker into `folder`, and gives its path. */
export async function compileAttacker(folder: string): Promise<string> {
  const attacker = join(folder, "swap");
  const source = join(import.meta.dir, "swap.c");
  const { code, stderr } = await run(["gcc", "-O1", "-o", attacker, source]);
  if (code !== 0) throw new Error(`gcc ended with ${code}: ${stderr}`);
  return attacker;
}

/** Calls `work` while `target` is swapped for a symlink that leads outside, and back. */
export async function underAttack(
  { attacker, root, id, outside }: Scene,
  target: Target,
  work: () => void,
): Promise<void> {
  const isCell = target === "the cell";
  const [directory, name] = isCell ? [root, id] : [join(root, id), target];
  const link = join(directory, `.swap-${name}`);
  symlinkSync(isCell ? outside : join(outside, target), link);
  const child = Bun.spawn([attacker, directory, name], { stdout: "pipe" });
  await child.stdout.getReader().read();
  try {
    work();
  } finally {
    child.kill("SIGKILL");
    await child.exited;
    putBack(join(directory, name), link);
  }
}

/** Leaves the real directory under its name. */
function putBack(path: string, link: string): void {
  if (!lstatSync(path).isSymbolicLink()) return unlinkSync(link);
  unlinkSync(path);
  renameSync(link, path);
}
