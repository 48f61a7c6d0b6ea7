/**
 * Reading one contract file: bounded, never blocking, never through a link.
 *
 * @module
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import type * as v from "valibot";
import { parseContract } from "../../rules/parse.ts";
import { FILE_LIMIT } from "../../schemas/cell.ts";
import type { Flaw, Look, Reading } from "../../schemas/facts.ts";
import type { Doubt } from "../host/belief.ts";
import { at } from "../host/directory.ts";
import { describeErrno, errnoOf } from "../host/errno.ts";
import { kindOf } from "../host/kind.ts";

/** O_NONBLOCK: a FIFO, or a file under a lease, would hold the scan for ever. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** One byte more than is allowed, so that a file that grows while it is read is noticed. */
const buffer = new Uint8Array(FILE_LIMIT + 1);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the JSON file `name` in the open directory `dir`. Never throws for what the file is. */
export function readContract<S extends v.GenericSchema>(
  dir: number,
  name: string,
  schema: S,
  doubt?: Doubt,
): Reading<v.InferOutput<S>> {
  const text = readText(dir, name, doubt);
  return text.outcome === "read" ? parseContract(text.value, schema) : text;
}

/** Looks whether `name` in the open directory `dir` is a `wanted`. Reads nothing. */
export function lookFor(dir: number, name: string, wanted: "directory" | "regular file"): Look {
  try {
    const kind = kindOf(lstatSync(at(dir, name)));
    return kind === wanted ? { outcome: "found" } : wrongType(kind, wanted);
  } catch (error) {
    return flawOf(error, dir, name, wanted);
  }
}

/** What a failed open or lstat of `name`, which should be a `wanted`, says about it. */
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
 * Reads the text of the file `name` in the open directory `dir`, within the same bounds. What
 * `doubt` finds wrong with whose it is keeps it from being read.
 */
export function readText(dir: number, name: string, doubt?: Doubt): Reading<string> {
  let fd: number;
  try {
    fd = openSync(at(dir, name), READ);
  } catch (error) {
    return flawOf(error, dir, name, "regular file");
  }
  try {
    return readOpen(fd, doubt);
  } catch (error) {
    return { outcome: "unreadable", why: describeErrno(error) };
  } finally {
    closeSync(fd);
  }
}

function readOpen(fd: number, doubt?: Doubt): Reading<string> {
  const stats = fstatSync(fd);
  const why = doubt?.(stats);
  if (why !== undefined) return { outcome: "unreadable", why };
  const kind = kindOf(stats);
  if (kind !== "regular file") return wrongType(kind, "regular file");
  if (stats.size > FILE_LIMIT) return tooLarge(`it holds ${stats.size} bytes`);
  const length = fill(fd, stats.size);
  if (length > FILE_LIMIT) return tooLarge("it grew while it was read");
  try {
    return { outcome: "read", value: utf8.decode(buffer.subarray(0, length)) };
  } catch {
    return { outcome: "malformed", why: "it is not UTF-8" };
  }
}

/** Reads into the buffer until the expected size, and on to the end where a file differs from it. */
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
  why: `is too large: ${why}, and at most ${FILE_LIMIT} are read`,
});

function kindAt(dir: number, name: string): string | undefined {
  try {
    return kindOf(lstatSync(at(dir, name)));
  } catch {
    return undefined;
  }
}
