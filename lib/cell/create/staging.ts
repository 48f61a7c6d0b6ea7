/**
 * Building a cell under a name that no scan takes for a cell, and removing abandoned builds.
 *
 * @module
 */
import { closeSync, lstatSync, mkdirSync, renameSync, rmSync, utimesSync } from "node:fs";
import { isAbandoned, stagingBuilder, stagingName } from "../rules/staging-name.ts";
import { DIR_MODE } from "../../contract/cell.ts";
import { at, openSubdirectory, type Root, syncDirectory } from "../../host/files/directory.ts";
import { errnoOf } from "../../host/errno.ts";
import { livenessOf, thisProcess } from "../../host/host.ts";
import { rootNames } from "../listing.ts";

/** How often a directory in staging is touched, so that a sweep does not take it for abandoned. */
const TOUCH_INTERVAL_MS = 60_000;

export interface Staging {
  readonly fd: number;
  /** Its path for child processes, which do not share our open files. */
  readonly path: string;
}

/**
 * Builds a directory in staging, then renames it to `id` atomically and durably. False, without
 * a change, when that name has been taken during the build.
 *
 * @throws the error of `build`, or the system's error; then nothing is left behind.
 */
export async function buildInStaging(
  root: Root,
  id: string,
  build: (staging: Staging) => Promise<void>,
): Promise<boolean> {
  const name = stagingName(id, thisProcess(), crypto.randomUUID().replaceAll("-", ""));
  const path = at(root.fd, name);
  try {
    mkdirSync(path, DIR_MODE);
    await buildIn(root, name, build);
    if (renameTo(path, at(root.fd, id))) {
      syncDirectory(root.fd);
      return true;
    }
  } catch (error) {
    discard(path);
    throw error;
  }
  discard(path);
  return false;
}

function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // A later init-cell sweeps it; the error that led here is the one to report.
  }
}

/** Removes abandoned builds from a root: see `isAbandoned` for their age. */
export function sweepStaging(root: Root, now: Date): void {
  for (const name of namesToSweep(root)) {
    const builder = stagingBuilder(name);
    if (builder === undefined) continue;
    const stats = lstatSync(at(root.fd, name), { throwIfNoEntry: false });
    if (!stats?.isDirectory() || !isAbandoned(now.getTime() - stats.mtimeMs, livenessOf(builder)))
      continue;
    // Another user's may stay: scan still lists it, and this user's cells can be created.
    discard(at(root.fd, name));
  }
}

/** None where the root may not be listed: a cell can still be created there. */
function namesToSweep(root: Root): string[] {
  try {
    return rootNames(root);
  } catch {
    return [];
  }
}

async function buildIn(
  root: Root,
  name: string,
  build: (staging: Staging) => Promise<void>,
): Promise<void> {
  const fd = openSubdirectory(root.fd, name);
  const timer = setInterval(() => touch(fd), TOUCH_INTERVAL_MS);
  try {
    await build({ fd, path: `${root.realPath}/${name}` });
    syncDirectory(fd);
  } finally {
    clearInterval(timer);
    closeSync(fd);
  }
}

function touch(fd: number): void {
  const now = new Date();
  utimesSync(at(fd, "."), now, now);
}

function renameTo(from: string, to: string): boolean {
  // rename(2) would silently replace an empty directory of another process.
  if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) return false;
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (["EEXIST", "ENOTEMPTY", "ENOTDIR"].includes(errnoOf(error) ?? "")) return false;
    throw error;
  }
}
