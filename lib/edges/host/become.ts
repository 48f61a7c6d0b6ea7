/**
 * Working as someone else for a moment.
 *
 * @module
 */
import { statSync } from "node:fs";

/**
 * Does `work` as the owner of the directory at `path`, where root does it: what it makes is
 * the owner's, and a link that the owner planted leads root nowhere.
 */
export function asOwnerOf<T>(path: string, work: () => T): T {
  const owner = statSync(path, { throwIfNoEntry: false });
  if (process.geteuid?.() !== 0 || owner === undefined || owner.uid === 0) return work();
  process.setegid?.(owner.gid);
  process.seteuid?.(owner.uid);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
