/**
 * Open directories, and the way from one to the names in it.
 *
 * A cell belongs to its agent, which may swap a directory for a symlink between two of our
 * calls. So nothing in a cell is reached by a path from the root: each step opens one
 * directory, refuses a symlink, and the next step starts from that open directory. Linux
 * offers this through `/proc/self/fd`.
 *
 * @module
 */
import { closeSync, constants, fsyncSync, openSync, readlinkSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { OperatorError } from "../../schemas/errors.ts";
import { quoted } from "../../rules/printable.ts";
import { errnoOf, systemFailure } from "./errno.ts";

/** Linux's O_PATH, which node:fs does not name: a place to go on from, with no right to read. */
const O_PATH = 0x200000;
const PLACE = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** An open root of cells. */
export interface Root {
  readonly fd: number;
  /** The absolute path it was opened by. */
  readonly path: string;
  /** The same directory's path without links. */
  readonly realPath: string;
  /** Lets go of it; a program that ends need not. */
  close(): void;
}

/** Our open directories. The kernel would look up what `self` means again in every call. */
const OPEN = `/proc/${ourNumber()}/fd/`;

/** The path of `name` in the open directory `dir`. */
export const at = (dir: number, name: string): string => `${OPEN}${dir}/${name}`;

/**
 * Opens the root of the cells. The operator chose it, so links on the way are followed.
 *
 * @throws {OperatorError} when there is no such directory, or it may not be entered.
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
    const hint = `create it with: mkdir -p ${/^[\w./-]+$/.test(path) ? path : quoted(path)}`;
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
  realPath: placeOf(fd),
  close: () => closeSync(fd),
});

/** Opens the directory `name` in `dir` to go on from; a symlink is refused (ENOTDIR, ELOOP). */
export const openPlace = (dir: number, name: string): number => openSync(at(dir, name), PLACE);

/** Calls `use` with the directory at `path`, and closes it. For places of the operator's: links are followed. */
export function withDirectory<T>(path: string, use: (dir: number) => T): T {
  const dir = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return use(dir);
  } finally {
    closeSync(dir);
  }
}

/** Calls `use` with the directory that `steps` lead to from `dir`, and closes what it opened. */
export function withPlace<T>(dir: number, steps: readonly string[], use: (place: number) => T): T {
  const [step, ...rest] = steps;
  if (step === undefined) return use(dir);
  const place = openPlace(dir, step);
  try {
    return withPlace(place, rest, use);
  } finally {
    closeSync(place);
  }
}

/** Calls `use` with the directory that holds what `steps` lead to, and with its name in there. */
export const withParent = <T>(
  dir: number,
  steps: readonly string[],
  use: (place: number, name: string) => T,
): T => withPlace(dir, steps.slice(0, -1), (place) => use(place, steps.at(-1) ?? "."));

/** True when the open directory `dir` has been removed. */
export const isRemoved = (dir: number): boolean =>
  readlinkSync(`/proc/self/fd/${dir}`).endsWith(" (deleted)");

/** Makes what was done to the names in `dir` survive a loss of power. */
export function syncDirectory(dir: number): void {
  const fd = openSync(at(dir, "."), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** What `/proc`, which may count in another pid namespace than we do, calls this process. */
function ourNumber(): string {
  try {
    return readlinkSync("/proc/self");
  } catch {
    return "self";
  }
}

/** Where an open directory lies; also the proof that `/proc` is there, without which every part would seem absent. */
function placeOf(fd: number): string {
  try {
    statSync(at(fd, "."));
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch (error) {
    if (errnoOf(error) === "EACCES") throw error;
    throw new OperatorError(
      "unavailable",
      "Cannot look at cells safely: /proc is not mounted",
      "mount it with: mount -t proc proc /proc",
    );
  }
}
