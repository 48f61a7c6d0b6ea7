/**
 * The errors of git: the fault of a repository, or of this host.
 *
 * @module
 */
import { printable } from "../base/printable.ts";
import { OperatorError } from "../base/errors.ts";
import type { ProgramResult } from "../host/programs/subprocess.ts";

/** Failures to clone that are the repository's fault, not this host's. */
const FLAWS = ["unclonable", "slow", "large", "too-many-files", "out-of-memory"] as const;
export type CloneFlaw = (typeof FLAWS)[number];

/** The repository's flaw that caused an error; undefined for any other error. */
export const cloneFlawOf = (error: unknown): CloneFlaw | undefined =>
  error instanceof OperatorError ? FLAWS.find((flaw) => flaw === error.cause) : undefined;

/** Messages of git about this host. Matched at the line's end, because names come before. */
const HOST_FAULTS = [
  /^(?:error|fatal): .*: (?:No space left on device|Disk quota exceeded|Read-only file system|Input\/output error|File too large|Too many open files|Cannot allocate memory|Resource temporarily unavailable)$/,
  // Without the system's error text.
  /^(?:error|fatal): (?:unable|failed) to write /,
  /^error: cannot run /,
  /^git: '[^']*' is not a git command/,
  /^(?:sh|timeout): /,
];

/**
 * The error of a failed git. A server's own messages are marked as such, except over ssh, where
 * they can at most make an operator check this host.
 */
export function gitError(
  doing: string,
  { code, signal, errorSummary, stderr }: ProgramResult,
): OperatorError {
  const lines = linesOfGit(stderr);
  const hostFault = lines.find((line) => HOST_FAULTS.some((fault) => fault.test(line)));
  if (signal === null && hostFault === undefined)
    return new OperatorError(
      "unavailable",
      `${doing}: git failed: ${printable(errorSummary) || `exit code ${code}`}`,
      "try the same git command by hand; no cell was created",
      { cause: cloneFlawIn(lines) },
    );
  return new OperatorError(
    "io_error",
    `${doing}: ${signal === null ? `git failed: ${printable(hostFault ?? "")}` : `${signal} ended git`}`,
    "check free space, inodes and memory (df, df -i, free); no cell was created",
  );
}

/** git's own lines: a server's error is the last thing that git writes, and may have several lines. */
function linesOfGit(stderr: string): string[] {
  const lines = stderr.split("\n");
  const at = lines.findIndex((line) => line.startsWith("fatal: remote error"));
  return at < 0 ? lines : lines.slice(0, at);
}

/** git runs out of memory at its limit; a host itself hardly ever refuses memory. */
const cloneFlawIn = (lines: readonly string[]): CloneFlaw =>
  lines.some((line) => line.startsWith("fatal: Out of memory")) ? "out-of-memory" : "unclonable";
