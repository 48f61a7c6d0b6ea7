/**
 * File systems for tests: small ones, full ones and read-only ones.
 *
 * @module
 */
import { mkdtempSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "bun:test";
import { IS_ROOT, succeeds } from "./privileges.ts";

/** True where a test can mount a file system. */
export const CAN_MOUNT = IS_ROOT && canMount();

/** Mounts a tmpfs of its own until the test file's end, and gives its path. */
export function mountTmpfs(options: string): string {
  const path = mkdtempSync(join(tmpdir(), "lazarus-pit-mount-"));
  if (!succeeds(["mount", "-t", "tmpfs", "-o", options, "none", path]))
    throw new Error(`Cannot mount ${path}`);
  afterAll(() => unmount(path));
  return path;
}

/** Makes a mounted file system read-only. */
export const makeReadOnly = (path: string): void =>
  void succeeds(["mount", "-o", "remount,ro", path]);

/** Takes what is left of a small file system: its last page, or its last inode. */
function fill(dir: string): void {
  try {
    for (let n = 0; ; n++) writeFileSync(join(dir, `filler-${n}`), "x".repeat(4096));
  } catch {
    // Full, as wanted.
  }
}

export const FULL = {
  why: "no space left on device (ENOSPC)",
  hint: "free space or inodes on that file system (df, df -i), then run it again",
};
export const READ_ONLY = {
  why: "read-only file system (EROFS)",
  hint: "mount that file system writable, or choose another place",
};

/** How to spoil a small file system, and what a program must say of it. */
export const SPOILT = [
  { kind: "full", spoil: fill, ...FULL },
  { kind: "read-only", spoil: makeReadOnly, ...READ_ONLY },
];

function canMount(): boolean {
  const path = mkdtempSync(join(tmpdir(), "lazarus-pit-mount-"));
  const can = succeeds(["mount", "-t", "tmpfs", "none", path]);
  if (can) unmount(path);
  else rmdirSync(path);
  return can;
}

function unmount(path: string): void {
  succeeds(["umount", "--lazy", path]);
  rmdirSync(path);
}
