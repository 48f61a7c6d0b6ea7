/**
 * Building a cell where nobody looks, and what a killed builder left there.
 *
 * @module
 */
import { closeSync, lstatSync, mkdirSync, renameSync, rmSync, utimesSync } from "node:fs";
import { isAbandoned, stagingMaker, stagingName } from "../../rules/staging.ts";
import { DIR_MODE } from "../../schemas/cell.ts";
import { at, openPlace, type Root, syncDirectory } from "../host/directory.ts";
import { errnoOf } from "../host/errno.ts";
import { isAlive, thisMaker } from "../host/host.ts";
import { namesIn } from "./listing.ts";

/** Staging is touched this often while it is worked on, so that nobody takes it for left over. */
const TOUCH_MS = 60_000;

export interface Staging {
  readonly fd: number;
  /** Its path for programs that we start: they do not share our open files. */
  readonly path: string;
}

/**
 * Builds a directory in staging and gives it the name `id` in one step, durably. False, and
 * nothing changed, when the name was taken meanwhile.
 *
 * @throws whatever `build` throws, or the system's error; then nothing is left behind.
 */
export async function buildInStaging(
  root: Root,
  id: string,
  build: (staging: Staging) => Promise<void>,
): Promise<boolean> {
  const name = stagingName(id, thisMaker(), crypto.randomUUID().replaceAll("-", ""));
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
    // What stays is swept by a later init-cell; an error that led here is the one to tell.
  }
}

/** Removes what killed builders left in a root: 10 minutes old, and its maker is gone. */
export function sweepStaging(root: Root, now: Date): void {
  for (const name of namesToSweep(root)) {
    const maker = stagingMaker(name);
    if (maker === undefined) continue;
    const stats = lstatSync(at(root.fd, name), { throwIfNoEntry: false });
    if (!stats?.isDirectory() || !isAbandoned(now.getTime() - stats.mtimeMs, isAlive(maker)))
      continue;
    // Another user's may stay: a scan goes on to list it, and this user's cells are made.
    discard(at(root.fd, name));
  }
}

/** None where the root may not be listed: a cell can be made there all the same. */
function namesToSweep(root: Root): string[] {
  try {
    return namesIn(root);
  } catch {
    return [];
  }
}

async function buildIn(
  root: Root,
  name: string,
  build: (staging: Staging) => Promise<void>,
): Promise<void> {
  const fd = openPlace(root.fd, name);
  const touching = setInterval(() => touch(fd), TOUCH_MS);
  try {
    await build({ fd, path: `${root.realPath}/${name}` });
    syncDirectory(fd);
  } finally {
    clearInterval(touching);
    closeSync(fd);
  }
}

function touch(fd: number): void {
  const now = new Date();
  utimesSync(at(fd, "."), now, now);
}

function renameTo(from: string, to: string): boolean {
  // rename(2) would silently replace an empty directory; whoever made that one keeps it.
  if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) return false;
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (["EEXIST", "ENOTEMPTY", "ENOTDIR"].includes(errnoOf(error) ?? "")) return false;
    throw error;
  }
}
