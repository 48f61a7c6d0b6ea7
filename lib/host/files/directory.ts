/**
 * Open directories, and access to names relative to them.
 *
 * A cell belongs to its agent, which may replace a directory by a symlink between two of our
 * system calls. So nothing in a cell is opened by a path from the root: each step opens one
 * directory relative to the previous one, and refuses symlinks. node:fs has no openat(2), but
 * `/proc/self/fd` does the same.
 *
 * @module
 */
import { closeSync, constants, fsyncSync, openSync, readlinkSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { OperatorError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { shellWord } from "../../base/shell-word.ts";
import { errnoOf, systemFailure } from "../errno.ts";
import { closing, openFile } from "./descriptor.ts";

/** Linux's O_PATH, which node:fs lacks: opens a directory without permission to read it. */
const O_PATH = 0x200000;
const SUBDIRECTORY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const READABLE = constants.O_RDONLY | constants.O_DIRECTORY;

/** An open root of cells. */
export interface Root {
  readonly fd: number;
  /** The absolute path that it was opened by. */
  readonly path: string;
  /** Its path without symlinks. */
  readonly realPath: string;
  /** Unnecessary before the process exits. */
  close(): void;
}

/** The open files of this process, by pid: the kernel would resolve `self` in every call. */
const FD_DIRECTORY = `/proc/${ownPid()}/fd/`;

/** The path of `name` in the open directory `dir`. */
export const at = (dir: number, name: string): string => `${FD_DIRECTORY}${dir}/${name}`;

/**
 * Opens the root of the cells. Follows symlinks, because the operator chose the path.
 *
 * @throws {OperatorError} if there is no such directory, or it may not be entered.
 */
export function openRoot(path: string): Root {
  const absolute = resolve(path);
  let fd: number | undefined;
  try {
    fd = openSync(absolute, O_PATH | constants.O_DIRECTORY);
    return rootAt(fd, absolute);
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    const doing = `Cannot list cells under ${quoted(path)}`;
    const hint = `create it with: mkdir -p ${shellWord(path)}; or mount it, or give the directory that holds the cells with --root`;
    if (errnoOf(error) === "ENOENT")
      throw new OperatorError("no_input", `${doing}: it does not exist`, hint);
    if (errnoOf(error) === "ENOTDIR")
      throw new OperatorError(
        "no_input",
        `${doing}: it is not a directory`,
        "give the directory that holds the cells with --root",
      );
    throw systemFailure(error, doing, "io_error");
  }
}

const rootAt = (fd: number, path: string): Root => ({
  fd,
  path,
  realPath: realPathOf(fd),
  close: () => closeSync(fd),
});

/** Opens the directory `name` in `dir` as a base for names; refuses a symlink (ENOTDIR, ELOOP). */
export const openSubdirectory = (dir: number, name: string): number =>
  openSync(at(dir, name), SUBDIRECTORY);

/** Calls `use` with the open directory at `path`. Follows symlinks: only for operators' paths. */
export function withDirectory<T>(path: string, use: (dir: number) => T): T {
  using dir = openFile(path, READABLE);
  return use(dir.fd);
}

/** Calls `use` with the open directory below `dir` at the path of `names`. Refuses symlinks. */
export function withSubdirectory<T>(
  dir: number,
  names: readonly string[],
  use: (dir: number) => T,
): T {
  const [name, ...rest] = names;
  if (name === undefined) return use(dir);
  using next = closing(openSubdirectory(dir, name));
  return withSubdirectory(next.fd, rest, use);
}

/** Calls `use` with the parent directory of the path of `names`, and the last name. */
export const withParent = <T>(
  dir: number,
  names: readonly string[],
  use: (parent: number, name: string) => T,
): T => withSubdirectory(dir, names.slice(0, -1), (parent) => use(parent, names.at(-1) ?? "."));

/** True if the open directory `dir` has been removed. */
export const isRemoved = (dir: number): boolean =>
  readlinkSync(`/proc/self/fd/${dir}`).endsWith(" (deleted)");

/** Makes changes of the names in `dir` durable. */
export const syncDirectory = (dir: number): void => withDirectory(at(dir, "."), fsyncSync);

/** This process's pid in the namespace of `/proc`, which may be another one than our own. */
function ownPid(): string {
  try {
    return readlinkSync("/proc/self");
  } catch {
    return "self";
  }
}

/** The path of an open directory. Checks that `/proc` is mounted: else all files would seem absent. */
function realPathOf(fd: number): string {
  try {
    statSync(at(fd, "."));
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch (error) {
    if (errnoOf(error) === "EACCES") throw error;
    throw new OperatorError(
      "unavailable",
      "Cannot read cells safely: /proc is not mounted",
      "mount it with: mount -t proc proc /proc",
    );
  }
}
