/**
 * Where this host keeps what it must remember of one root, outside of every cell.
 *
 * @module
 */
import { mkdirSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { quoted } from "../../rules/printable.ts";
import { DIR_MODE } from "../../schemas/cell.ts";
import type { Settings } from "../../schemas/settings.ts";
import { syncDirectory, withDirectory } from "./directory.ts";
import { systemFailure } from "./errno.ts";

/** Where one root's state is. */
export interface StateFolder {
  /** The state directory, and the root's folder in it. */
  readonly top: string;
  readonly folder: string;
}

/** The longest name that is spelled out; no file system takes more than 255 bytes. */
const LONGEST = 200;

/** Where the state of the settings' root is kept; makes nothing. */
export function storeOf({ root, state_dir }: Pick<Settings, "root" | "state_dir">): StateFolder {
  const top = resolve(state_dir);
  return { top, folder: join(top, "roots", nameOf(realPathOf(root))) };
}

/** A name that can be read, such as `%2Fvar%2Fmissions`; a digest where that would be too long. */
function nameOf(path: string): string {
  const name = encodeURIComponent(path);
  return name.length <= LONGEST ? name : new Bun.CryptoHasher("sha256").update(path).digest("hex");
}

/** The root's path without links, so that two spellings of one root are one; as it is while it is away. */
function realPathOf(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return resolve(root);
  }
}

/** Makes a directory of the store, and those that lead to it, durably. */
export function makeDirectory(path: string): void {
  try {
    const first = mkdirSync(path, { recursive: true, mode: DIR_MODE });
    if (first === undefined) return;
    for (let made = path; made.length >= first.length; made = dirname(made))
      withDirectory(dirname(made), syncDirectory);
  } catch (error) {
    throw systemFailure(error, `Cannot make ${quoted(path)}`, "cannot_create");
  }
}
