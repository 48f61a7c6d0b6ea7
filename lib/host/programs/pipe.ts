/**
 * Real pipes, which a child can reopen as `/dev/stdout` or `/dev/stderr`. Bun's "pipe" is a socket,
 * which cannot be reopened.
 *
 * @module
 */
import { closeSync, constants, fstatSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { errnoOf, systemFailure } from "../errno.ts";

/** The descriptors of a pipe, close-on-exec. */
export interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/**
 * Creates a pipe for each name. Their files exist only for a moment.
 *
 * @throws {OperatorError} if they cannot be created; its message starts with `doing`.
 */
export function createPipes<const Names extends readonly string[]>(
  names: Names,
  doing: string,
): { readonly [At in keyof Names]: Pipe } {
  // Loaded on demand: most beats need no pipe.
  const parent = process.getBuiltinModule("node:os").tmpdir();
  const where = `${doing} through a pipe in ${quoted(parent)}`;
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(parent, "lazarus-pit-"));
    const paths = names.map((name) => join(folder ?? "", name));
    createFifos(paths, where);
    return openPipes(paths) as unknown as { readonly [At in keyof Names]: Pipe };
  } catch (error) {
    throw systemFailure(error, where, "io_error");
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function createFifos(paths: readonly string[], doing: string): void {
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const made = spawnSync("mkfifo", ["-m", "600", ...paths], { stdio: "ignore" });
  if (made.status === 0) return;
  const isAbsent = errnoOf(made.error) === "ENOENT";
  throw new OperatorError(
    "unavailable",
    `${doing}: mkfifo ${isAbsent ? "is not installed" : `failed (${errnoOf(made.error) ?? made.status})`}`,
    isAbsent
      ? "install coreutils"
      : "free space or inodes there, or set TMPDIR to another directory",
  );
}

/** All or none. Opening for both directions first keeps the other opens from blocking. */
function openPipes(paths: readonly string[]): Pipe[] {
  const opened: number[] = [];
  const open = (path: string, how: number) => {
    const fd = openSync(path, how);
    opened.push(fd);
    return fd;
  };
  try {
    return paths.map((path) => {
      const both = open(path, constants.O_RDWR);
      const pipe = {
        readEnd: open(path, constants.O_RDONLY),
        writeEnd: open(path, constants.O_WRONLY),
      };
      closeSync(both);
      opened.splice(opened.indexOf(both), 1);
      return pipe;
    });
  } catch (error) {
    for (const fd of opened) closeSync(fd);
    throw error;
  }
}

/**
 * Opens a pipe again, so that only this open file description is non-blocking. Undefined if `fd` is
 * not a pipe, or not permitted.
 */
export function reopenNonBlocking(fd: number, how: number): number | undefined {
  try {
    if (!fstatSync(fd).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${fd}`, how | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
