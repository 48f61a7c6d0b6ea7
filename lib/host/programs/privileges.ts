/**
 * Temporarily dropping root's privileges.
 *
 * @module
 */
import { readFileSync, statSync } from "node:fs";

/** A group without rights, for an owner without an account. */
const NO_GROUP = 65_534;

/**
 * Runs `work`; if this process is root, as the owner of the directory at `path`. New files then
 * belong to the owner, and symlinks that the owner planted lead only to where the owner can go. So
 * root's groups are dropped too, and the directory's group, which may be root's, is not used.
 *
 * @throws the system's error if root may not become the owner; `work` was not called.
 */
export function asOwnerOf<T>(path: string, work: () => T): T {
  const owner = statSync(path, { throwIfNoEntry: false });
  if (process.geteuid?.() !== 0 || owner === undefined || owner.uid === 0) return work();
  const [groups, group] = [process.getgroups?.() ?? [], process.getegid?.() ?? 0];
  try {
    process.setgroups?.([]);
    process.setegid?.(groupOf(owner.uid));
    process.seteuid?.(owner.uid);
    return work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(group);
    process.setgroups?.(groups);
  }
}

/** The primary group of a user. */
function groupOf(uid: number): number {
  const line = accounts()
    .split("\n")
    .find((account) => account.split(":")[2] === String(uid));
  const group = line?.split(":")[3];
  return group !== undefined && /^\d+$/.test(group) ? Number(group) : NO_GROUP;
}

function accounts(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}
