/**
 * Bounded listings of untrusted directories.
 *
 * node:fs holds all names of a directory at once, even with opendir(): a million of them take
 * 170 MB. find(1) reads them in chunks, and ends with SIGPIPE once enough are read.
 *
 * @module
 */
import { printable, quoted } from "../../base/printable.ts";
import { OperatorError } from "../../base/errors.ts";
import { type ProgramResult, runProgram } from "./subprocess.ts";

/** The bytes of names to read; one name has at most 255. */
const NAMES_LIMIT_BYTES = 65_536;
/** The longest wait for an unresponsive disk. */
const LIST_TIMEOUT_MS = 10_000;

/** Some of the names in a directory. */
export interface NameList {
  /** In alphabetical order. */
  readonly names: readonly string[];
  /** The directory has more names. */
  readonly more: boolean;
}

/**
 * At most `limit` names in the directory that is open for reading as `dir`; limits up to 200 fit
 * into the buffer. Undefined if it cannot be listed.
 */
export async function listNames(dir: number, limit: number): Promise<NameList | undefined> {
  // Through the open directory, which cannot be replaced by a symlink.
  const found = await pipeline(
    `cd /proc/self/fd/0 && find . -mindepth 1 -maxdepth 1 -print0 | head -c ${NAMES_LIMIT_BYTES}`,
    [],
    dir,
  );
  const ends = found.stdout.split("\0");
  // After the last NUL there is nothing, or the start of a name that was cut off.
  const isCut = ends.pop() !== "";
  if (found.timedOut || (ends.length === 0 && found.errorSummary !== "")) return undefined;
  const names = ends.slice(0, limit).map((path) => path.replace(/^\.\//, ""));
  return { names: names.toSorted(), more: isCut || ends.length > limit };
}

/**
 * The number of files and directories at and below `path`, but at most `limit`. Concurrent changes
 * may be counted or not.
 *
 * @throws {OperatorError} if they cannot be counted.
 */
export async function countEntries(path: string, limit: number): Promise<number> {
  const count = `find "$1" -print0 | tr -dc '\\000' | head -c "$2" | wc -c`;
  const { stdout, errorSummary } = await pipeline(count, [path, String(limit)]);
  const counted = Number(stdout);
  if (counted > 0) return counted;
  throw new OperatorError(
    "io_error",
    `Cannot count the files in ${quoted(path)}: ${printable(errorSummary) || "no output from find"}`,
    "check that find(1) works on that disk",
  );
}

const pipeline = (script: string, args: readonly string[], dir?: number): Promise<ProgramResult> =>
  runProgram(["sh", "-c", script, "sh", ...args], {
    forwardsSignals: false,
    ...(dir === undefined ? {} : { stdinDirectory: dir, timeoutMs: LIST_TIMEOUT_MS }),
  });
