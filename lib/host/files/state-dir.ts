/**
 * The directories of this host's state about one root, outside of every cell.
 *
 * @module
 */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { quoted } from "../../base/printable.ts";
import type { Settings } from "../../contract/settings.ts";
import { withDirectory } from "./directory.ts";
import { systemFailure } from "../errno.ts";
import { chownLeftover, addOwnedDirectory } from "./owned-directory.ts";

/** The paths of one root's state. */
export interface StorePaths {
  /** The state directory, and the root's store in it. */
  readonly stateDir: string;
  readonly storeDir: string;
  /** The root's path without symlinks. */
  readonly root: string;
}

/** Longer names are hashed; file systems accept at most 255 bytes. */
const MAX_NAME_LENGTH = 200;

/** The paths of the state of the settings' root. Creates nothing. */
export function storePathsOf({
  root,
  state_dir,
}: Pick<Settings, "root" | "state_dir">): StorePaths {
  const stateDir = resolve(state_dir);
  const realPath = realPathOf(root);
  return { stateDir, storeDir: join(stateDir, "roots", nameOf(realPath)), root: realPath };
}

/** A readable name, such as `%2Fvar%2Fmissions`, or a digest if that would be too long. */
function nameOf(path: string): string {
  const name = encodeURIComponent(path);
  return name.length <= MAX_NAME_LENGTH
    ? name
    : new Bun.CryptoHasher("sha256").update(path).digest("hex");
}

/** The root's path without symlinks, which is the same for all its spellings; as given if absent. */
function realPathOf(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return resolve(root);
  }
}

/** Creates a directory and its parents, durably, each for the owner of the directory that contains it. */
export function createDirectories(path: string): void {
  if (existsSync(path)) return;
  createDirectories(dirname(path));
  createDirectory(path);
}

/**
 * Creates one directory of the store, durably, in an existing one: if a store has vanished, nothing
 * is created in its place.
 */
export function createDirectory(path: string): void {
  const name = basename(path);
  try {
    withDirectory(dirname(path), (dir) => {
      if (!addOwnedDirectory(dir, name)) chownLeftover(dir, name);
    });
  } catch (error) {
    throw systemFailure(error, `Cannot create ${quoted(path)}`, "cannot_create");
  }
}
