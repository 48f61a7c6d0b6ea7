/**
 * Reads a contract file: bounded, without blocking, and never through a symlink.
 *
 * @module
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import type * as v from "valibot";
import { parseContract } from "../../contract/parse.ts";
import { FILE_LIMIT } from "../../contract/cell.ts";
import type { Flaw, Presence, Reading } from "../../contract/facts.ts";
import type { TrustCheck } from "./trust.ts";
import { at } from "./directory.ts";
import { describeErrno, errnoOf } from "../errno.ts";
import { fileTypeOf } from "./file-type.ts";

/** How files of cells are opened. O_NONBLOCK: a FIFO, or a file under a lease, would block the scan forever. */
export const READ =
  constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** One byte more than the limit, to detect a file that grows while it is read. */
const buffer = new Uint8Array(FILE_LIMIT + 1);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the JSON file `name` in the open directory `dir`. Returns every failure as a flaw. */
export function readContract<S extends v.GenericSchema>(
  dir: number,
  name: string,
  schema: S,
  check?: TrustCheck,
): Reading<v.InferOutput<S>> {
  const text = readText(dir, name, check);
  if (text.outcome !== "read") return text;
  const parsed = parseContract(text.value, schema);
  return parsed.outcome === "read" ? { ...parsed, writtenMs: text.writtenMs } : parsed;
}

/** Reads the JSON file that is open as `fd`, with the same limits. */
export function readOpenContract<S extends v.GenericSchema>(
  fd: number,
  schema: S,
): Reading<v.InferOutput<S>> {
  const text = readOpen(fd);
  return text.outcome === "read" ? parseContract(text.value, schema) : text;
}

/** Checks that `name` in the open directory `dir` is of the type `wanted`, without opening it. */
export function checkPresence(
  dir: number,
  name: string,
  wanted: "directory" | "regular file",
): Presence {
  try {
    const kind = fileTypeOf(lstatSync(at(dir, name)));
    return kind === wanted ? { outcome: "found" } : wrongType(kind, wanted);
  } catch (error) {
    return flawOf(error, dir, name, wanted);
  }
}

/** The flaw behind a failed open or lstat of `name`, which should be of the type `wanted`. */
export function flawOf(error: unknown, dir: number, name: string, wanted: string): Flaw {
  const code = errnoOf(error);
  if (code === undefined) throw error;
  if (code === "ENOENT") return { outcome: "absent" };
  const kind = ["ELOOP", "ENOTDIR", "ENXIO"].includes(code) ? kindAt(dir, name) : undefined;
  return kind === undefined || kind === wanted
    ? { outcome: "unreadable", why: describeErrno(error) }
    : wrongType(kind, wanted);
}

/**
 * Reads the text of the file `name` in the open directory `dir`, with the same limits. A file that
 * fails the trust check is unreadable.
 */
export function readText(dir: number, name: string, check?: TrustCheck): Reading<string> {
  let fd: number;
  try {
    fd = openSync(at(dir, name), READ);
  } catch (error) {
    return flawOf(error, dir, name, "regular file");
  }
  try {
    return readOpen(fd, check);
  } catch (error) {
    return { outcome: "unreadable", why: describeErrno(error) };
  } finally {
    closeSync(fd);
  }
}

function readOpen(fd: number, check?: TrustCheck): Reading<string> {
  const stats = fstatSync(fd);
  const why = check?.(stats);
  if (why !== undefined) return { outcome: "unreadable", why };
  const kind = fileTypeOf(stats);
  if (kind !== "regular file") return wrongType(kind, "regular file");
  if (stats.size > FILE_LIMIT) return tooLarge(`it holds ${stats.size} bytes`);
  const length = fill(fd, stats.size);
  if (length > FILE_LIMIT) return tooLarge("it grew while it was read");
  try {
    const value = utf8.decode(buffer.subarray(0, length));
    return { outcome: "read", value, writtenMs: stats.mtimeMs };
  } catch {
    return { outcome: "malformed", why: "it is not UTF-8" };
  }
}

/** Reads into the buffer until the expected size, or to the end if the file's size differs. */
function fill(fd: number, expected: number): number {
  let length = 0;
  for (;;) {
    const read = readSync(fd, buffer, length, buffer.length - length, null);
    length += read;
    if (read === 0 || length === expected || length === buffer.length) return length;
  }
}

const wrongType = (kind: string, wanted: string): Flaw => ({
  outcome: "wrong-type",
  why: `is a ${kind}, not a ${wanted}`,
  ...(kind === "symlink" ? { isLink: true } : {}),
});

const tooLarge = (why: string): Flaw => ({
  outcome: "too-large",
  why: `is too large: ${why}, the limit is ${FILE_LIMIT}`,
});

function kindAt(dir: number, name: string): string | undefined {
  try {
    return fileTypeOf(lstatSync(at(dir, name)));
  } catch {
    return undefined;
  }
}
