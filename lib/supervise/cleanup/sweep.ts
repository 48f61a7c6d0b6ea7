/**
 * Removes temporary files that killed writers left in the state directory.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { TEMPORARY_NAME } from "../../base/temporary-name.ts";
import { errnoOf } from "../../host/errno.ts";
import { processExists } from "../../host/process.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { tryRemoveFile } from "../revive/attempt-files.ts";
import { missionsWithAttempts } from "../revive/attempt-store.ts";

/**
 * Returns a function that removes temporary files of dead writers once it has found them in two
 * calls. A writer needs its file only for a moment, and calls are an hour apart, so this works
 * without file times. Cells are not touched.
 */
export function startSweep(state: StorePaths): () => void {
  let foundBefore = new Set<string>();
  return () => {
    const found = orphanedFiles(state);
    for (const path of found.filter((each) => foundBefore.has(each))) tryRemoveFile(path);
    foundBefore = new Set(found);
  };
}

function orphanedFiles(state: StorePaths): string[] {
  const { stateDir, storeDir } = state;
  const attempts = missionsWithAttempts(state).map((id) => join(storeDir, "attempts", id));
  const own = ["", "orders", "attempts", "proposals"].map((name) => join(storeDir, name));
  return [stateDir, ...own, ...attempts].flatMap((path) =>
    namesIn(path)
      .filter(isOrphaned)
      .map((name) => join(path, name)),
  );
}

function isOrphaned(name: string): boolean {
  const [, pid] = TEMPORARY_NAME.exec(name) ?? [];
  return pid !== undefined && !processExists(Number(pid));
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}
