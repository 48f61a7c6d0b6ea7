/**
 * Reads and finds the files of an open directory with few system calls.
 *
 * The result is a success or an absence. It is `unclear` for anything else: the caller then tries again
 * by lib/host/files, which knows every failure and its text.
 *
 * @module
 */
import { constants } from "node:fs";
import { FILE_LIMIT } from "../../contract/cell.ts";
import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, O_CLOEXEC, O_PATH, openHow } from "./libc.ts";
import type { Syscalls } from "./plan.ts";

/** A plan with system calls of its own. */
export type QuickSyscalls = Exclude<Syscalls, { plan: "proc" }>;

/** A path of two names below a cell, such as `meta/mission.json`. */
export interface TwoNames {
  readonly path: string;
  readonly dir: string;
  readonly name: string;
}

/** The text of a file, and when it was written, in milliseconds since 1970. */
export interface QuickText {
  readonly text: string;
  readonly writtenMs: number;
}

/** A success, an absence, or anything else. */
export type QuickResult<T> = T | "absent" | "unclear";

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
const DIRECTORY = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
/** O_NONBLOCK: a FIFO would block forever. */
const READ = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
const FIND = O_PATH | O_NOFOLLOW | O_CLOEXEC;
const HOW_TO_READ = openHow(READ);
const HOW_TO_FIND = openHow(FIND);

const ENOENT = 2;
const [TYPE_MASK, TYPE_FILE, TYPE_DIRECTORY] = [0o170000, 0o100000, 0o040000];

/** A `struct statx`, and where its fields are. */
const statBytes = new Uint8Array(256);
const stat = new DataView(statBytes.buffer);
const [AT_MODE, AT_SIZE, AT_MTIME, AT_MTIME_NS] = [28, 40, 112, 120];

/** One byte more than the limit, to detect a file that grows while it is read. */
const content = Buffer.from(new ArrayBuffer(FILE_LIMIT + 1));
/** What a decoder writes for bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

/** Opens the directory `name` in `dir` as a base for names; undefined for any failure. */
export function openQuickly({ libc }: QuickSyscalls, dir: number, name: string) {
  const fd = libc.openat(dir, name, DIRECTORY);
  return fd < 0 ? undefined : fd;
}

/** Reads a file of the open directory `cell`: bounded, without blocking, and through no symlink. */
export function readQuickly(
  calls: QuickSyscalls,
  cell: number,
  file: TwoNames,
): QuickResult<QuickText> {
  const fd = openFile(calls, cell, file, "read");
  if (fd < 0) return failure(calls);
  const result = readOpened(calls, fd);
  calls.libc.close(fd);
  return result;
}

/** Checks for a regular file of the open directory `cell`, without reading it. */
export function findFileQuickly(
  calls: QuickSyscalls,
  cell: number,
  file: TwoNames,
): QuickResult<"found"> {
  const fd = openFile(calls, cell, file, "find");
  if (fd < 0) return failure(calls);
  const isFile = statOpened(calls, fd) && typeInStat() === TYPE_FILE;
  calls.libc.close(fd);
  return isFile ? "found" : "unclear";
}

/** Checks for the directory `name` in the open directory `dir`. */
export function findDirectoryQuickly(
  calls: QuickSyscalls,
  dir: number,
  name: string,
): QuickResult<"found"> {
  if (calls.libc.statx(dir, name, AT_SYMLINK_NOFOLLOW, statBytes) !== 0) return failure(calls);
  return typeInStat() === TYPE_DIRECTORY ? "found" : "unclear";
}

/** Opens a file two names below `cell`; negative after a failure, which `errno` names. */
function openFile(
  { plan, libc }: QuickSyscalls,
  cell: number,
  { path, dir, name }: TwoNames,
  purpose: "read" | "find",
): number {
  if (plan === "openat2")
    return libc.openat2(cell, path, purpose === "read" ? HOW_TO_READ : HOW_TO_FIND);
  const parent = libc.openat(cell, dir, DIRECTORY);
  if (parent < 0) return parent;
  const fd = libc.openat(parent, name, purpose === "read" ? READ : FIND);
  // close(2) of an O_PATH descriptor succeeds, so errno stays that of openat(2).
  libc.close(parent);
  return fd;
}

function readOpened(calls: QuickSyscalls, fd: number): QuickResult<QuickText> {
  if (!statOpened(calls, fd) || typeInStat() !== TYPE_FILE) return "unclear";
  const size = sizeInStat();
  const writtenMs = writtenInStat();
  // If the content is not as long as statx(2) says, the full observation decides: the file may be
  // written at this moment.
  if (size > FILE_LIMIT || calls.libc.read(fd, content, FILE_LIMIT + 1) !== size) return "unclear";
  const text = content.toString("utf8", 0, size);
  return text.includes(REPLACEMENT) ? "unclear" : { text, writtenMs };
}

const statOpened = ({ libc }: QuickSyscalls, fd: number): boolean =>
  libc.statx(fd, "", AT_EMPTY_PATH, statBytes) === 0;

const typeInStat = (): number => stat.getUint16(AT_MODE, true) & TYPE_MASK;

// Two words rather than a bigint, which would be allocated for each cell.
const sizeInStat = (): number =>
  stat.getUint32(AT_SIZE + 4, true) * 2 ** 32 + stat.getUint32(AT_SIZE, true);

const writtenInStat = (): number =>
  (stat.getInt32(AT_MTIME + 4, true) * 2 ** 32 + stat.getUint32(AT_MTIME, true)) * 1000 +
  stat.getUint32(AT_MTIME_NS, true) / 1e6;

const failure = ({ libc }: QuickSyscalls): "absent" | "unclear" =>
  libc.errno() === ENOENT ? "absent" : "unclear";
