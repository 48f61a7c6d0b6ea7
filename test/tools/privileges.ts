/**
 * What some tests need of the machine: root, other users, mounts, other programs. Where one
 * is missing, the test is skipped and its name says why.
 *
 * @module
 */
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "bun:test";
import { command } from "./program.ts";

const succeeds = (argv: string[]): boolean => {
  try {
    return Bun.spawnSync(argv, { stdio: ["ignore", "ignore", "ignore"] }).exitCode === 0;
  } catch {
    return false;
  }
};

export const IS_ROOT = process.getuid?.() === 0;

/** An ordinary user who owns nothing here: nobody. */
export const NOBODY = 65534;

/** The start of a command line that runs the rest as another user, of one group alone. */
export const asUser = (uid: number, gid: number = uid): string[] => [
  "setpriv",
  `--reuid=${uid}`,
  `--regid=${gid}`,
  "--clear-groups",
];

/** The start of a command line that runs the rest under a umask. */
export const underUmask = (umask: string): string[] => [
  "sh",
  "-c",
  `umask ${umask} && exec "$@"`,
  "sh",
];

/** True where a test can become another user, who can then run our programs. */
export const CAN_BECOME_OTHERS =
  IS_ROOT &&
  succeeds([...asUser(NOBODY), process.execPath, ...command("script", "scan"), "--help"]);

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
export const makeReadOnly = (path: string): boolean =>
  succeeds(["mount", "-o", "remount,ro", path]);

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
