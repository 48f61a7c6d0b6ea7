/**
 * Facts about the file system of a directory: its room, and whether it can be written at all.
 *
 * @module
 */
import { readFileSync, statfsSync } from "node:fs";
import type { FileSystemFacts } from "../../verdict/suspicion.ts";

/** File systems that other hosts may write to while this one mounts them read-only. */
const SHARED = /^(?:nfs|cifs|smb|9p|ceph|fuse|virtiofs|afs|gfs2|ocfs2|lustre|glusterfs)/;

/** The facts about the file system of an open directory; what cannot be found out is undefined. */
export const fileSystemOf = (fd: number): FileSystemFacts => ({
  ...freeSpaceOf(fd),
  isReadOnly: isReadOnly(fd),
});

function freeSpaceOf(fd: number): Pick<FileSystemFacts, "freeBytes" | "freeInodes"> {
  try {
    const { blocks, bavail, bsize, files, ffree } = statfsSync(`/proc/self/fd/${fd}`);
    // A file system without such a limit reports no blocks, or no inodes, at all.
    return {
      freeBytes: blocks === 0 ? undefined : bavail * bsize,
      freeInodes: files === 0 ? undefined : ffree,
    };
  } catch {
    return { freeBytes: undefined, freeInodes: undefined };
  }
}

/**
 * True if the file system itself is read-only, for every process. A mount that is read-only only
 * here, as in the sandbox of a unit, says nothing about agents.
 */
function isReadOnly(fd: number): boolean | undefined {
  try {
    const [, id] = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8")) ?? [];
    const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
    const mount = mounts.find((line) => line.startsWith(`${id} `));
    // Type, source and options of the file system follow the dash: see proc(5).
    const [type = "", , options] = mount?.split(" - ").at(-1)?.split(" ") ?? [];
    return SHARED.test(type) ? undefined : options?.split(",").includes("ro");
  } catch {
    return undefined;
  }
}
