/**
 * The operator's files that control this program: configurations, secrets, programs.
 *
 * An untrusted user who can write or replace one controls a program with this user's rights. So each
 * directory on the path is opened relative to the previous one, symlinks are resolved step by step,
 * and owner and mode are checked on the open file: what was checked is what is used.
 *
 * @module
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { quoted } from "../../base/printable.ts";
import { shellWord } from "../../base/shell-word.ts";
import { isLink, mayUntrustedWrite, type Rights, unmappedRoot } from "../../base/file-rights.ts";
import { OperatorError } from "../../base/errors.ts";
import { at, openSubdirectory } from "./directory.ts";
import { errnoOf } from "../errno.ts";
import { readProcFile } from "../process.ts";

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
const READ = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
/** Linux's O_PATH: to check a program that is executable but not readable. */
const PATH_ONLY = 0x200000 | O_NOFOLLOW;
/** The kernel's own limit. */
const MAX_LINKS = 40;

/** The state of resolving one path. */
interface PathWalk {
  /** What is being done with the file: the beginning of an error message. */
  readonly doing: string;
  /** The ids of users who may write it. */
  readonly trusted: readonly number[];
  /** How to open the file itself. */
  readonly flags: number;
  /** Symlinks followed so far. */
  links: number;
}

/** The users who may control this program: root and the user it runs as. */
export const operators = (): number[] => [
  0,
  process.geteuid?.() ?? 0,
  ...unmappedRoot(readProcFile("self", "uid_map") ?? ""),
];

/**
 * Opens the file at `path` for reading, and returns its descriptor. Never blocks on a FIFO.
 *
 * @throws {OperatorError} of kind `config` if users outside `trusted` can write or replace it.
 * @throws the system's error if it cannot be opened.
 */
export const openOperatorsFile = (
  path: string,
  doing: string,
  trusted: readonly number[] = operators(),
): number => open(path, { doing, trusted, flags: READ, links: 0 });

/**
 * Checks the program of a setting, if it is given by its path: PATH itself is trusted. An absent
 * program fails later, when it is started.
 *
 * @throws {OperatorError} of kind `config` if untrusted users can write or replace it.
 */
export function checkProgram(setting: string, [program = ""]: readonly string[]): void {
  if (!program.includes("/")) return;
  const doing = `Cannot use the program ${quoted(program)} of ${setting}`;
  try {
    closeSync(open(program, { doing, trusted: operators(), flags: PATH_ONLY, links: 0 }));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/**
 * Checks the program of a setting that is started in `/`, regardless of the current directory.
 *
 * @throws {OperatorError} of kind `config` also when its path is relative.
 */
export function checkProgramInRoot(setting: string, [program = ""]: readonly string[]): void {
  if (program.includes("/") && !isAbsolute(program))
    throw new OperatorError(
      "config",
      `Cannot use the program ${quoted(program)} of ${setting}: its path is relative, but it is started in /`,
      `give its absolute path, such as ${quoted(resolve(program))}`,
    );
  checkProgram(setting, [program]);
}

function open(path: string, walk: PathWalk): number {
  // Keeps each `..`, which must be resolved after the symlinks before it.
  const absolute = isAbsolute(path) ? path : `${process.cwd()}/${path}`;
  const fd = openBelow(openSync("/", PATH_ONLY), namesIn(absolute), walk);
  try {
    const rights = fstatSync(fd);
    if (rights.isFile()) check(rights, "it", path, walk);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

const namesIn = (path: string): string[] =>
  path.split("/").filter((name) => name !== "" && name !== ".");

/** Checks the open directory `dir`, opens the rest of the path below it, and closes `dir`. */
function openBelow(dir: number, names: readonly string[], walk: PathWalk): number {
  try {
    const path = readlinkSync(`/proc/self/fd/${dir}`);
    check(fstatSync(dir), `the directory ${quoted(path)} on the way to it`, path, walk);
    return openNext(dir, names, walk);
  } finally {
    closeSync(dir);
  }
}

function openNext(dir: number, [name = ".", ...rest]: readonly string[], walk: PathWalk): number {
  const rights = lstatSync(at(dir, name));
  if (isLink(rights)) return followLink(dir, name, rest, walk);
  if (rest.length === 0) return openSync(at(dir, name), walk.flags);
  return openBelow(openSubdirectory(dir, name), rest, walk);
}

function followLink(dir: number, name: string, rest: readonly string[], walk: PathWalk): number {
  const path = `${readlinkSync(`/proc/self/fd/${dir}`)}/${name}`;
  check(lstatSync(at(dir, name)), `the link ${quoted(path)} on the way to it`, path, walk);
  walk.links += 1;
  if (walk.links > MAX_LINKS)
    throw new OperatorError("config", `${walk.doing}: too many symlinks`, "give its real path");
  const target = readlinkSync(at(dir, name));
  const names = [...namesIn(target), ...rest];
  return target.startsWith("/")
    ? openBelow(openSync("/", PATH_ONLY), names, walk)
    : openNext(dir, names, walk);
}

function check(rights: Rights, what: string, path: string, { doing, trusted }: PathWalk): void {
  if (!mayUntrustedWrite(rights, trusted)) return;
  const { uid, gid, mode } = rights;
  const octal = (mode & 0o7777).toString(8).padStart(4, "0");
  const ownUid = process.geteuid?.() ?? 0;
  const self = ownUid === 0 ? "" : ` and user ${ownUid}`;
  throw new OperatorError(
    "config",
    `${doing}: ${what} belongs to user ${uid} and group ${gid}, with mode ${octal}; users other than root${self} may change it`,
    `check its content, then: ${fixFor(rights, path, trusted)}`,
  );
}

/** The command that takes write access from other users. */
function fixFor(rights: Rights, path: string, trusted: readonly number[]): string {
  const name = shellWord(path);
  const close = `chmod go-w ${name}`;
  if (trusted.includes(rights.uid)) return close;
  return isLink(rights) ? `chown -h root ${name}` : `chown root ${name} && ${close}`;
}
