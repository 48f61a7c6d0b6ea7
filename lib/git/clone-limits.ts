/**
 * Limits of a program that fills a directory: its time, and the bytes and files it may write.
 *
 * @module
 */
import { describeDuration } from "../base/duration.ts";
import { OperatorError } from "../base/errors.ts";
import { countEntries } from "../host/programs/list-names.ts";
import { runProgram } from "../host/programs/subprocess.ts";

/** The time between two checks of the directory. */
const CHECK_INTERVAL_MS = 1000;

export interface CloneLimits {
  /** The total time, in milliseconds. */
  readonly ms: number;
  /** The disk usage. */
  readonly bytes: number;
  /** Files and directories: an empty one takes an inode, but no bytes. */
  readonly entries: number;
}

/** The limits of `ms`, `bytes` and `entries`. */
export type ExceededLimit = "slow" | "large" | "too-many-files";

/** Checks a directory until it is disposed. */
export interface LimitMonitor extends Disposable {
  /** Aborted when a limit is exceeded. */
  readonly stop: AbortSignal;
  /** The limit that was exceeded first. */
  exceeded(): ExceededLimit | undefined;
  /** Checks now, for changes since the last periodic check. */
  check(): Promise<void>;
}

/** Describes an exceeded limit, as the end of a sentence. */
export function describeExceeded(
  limit: ExceededLimit,
  { ms, bytes, entries }: CloneLimits,
): string {
  if (limit === "slow") return `it took longer than ${describeDuration(ms / 1000)}`;
  return limit === "large"
    ? `it is larger than ${Math.floor(bytes / 2 ** 20)} MiB`
    : `it has more than ${entries} files and directories`;
}

/** Starts to monitor the directory at `path`. */
export function monitorLimits(path: string, limits: CloneLimits): LimitMonitor {
  const controller = new AbortController();
  let exceeded: ExceededLimit | undefined;
  const stop = (limit: ExceededLimit) => {
    exceeded ??= limit;
    controller.abort();
  };
  const check = async () => {
    const limit = await exceededOnDisk(path, limits);
    if (limit !== undefined) stop(limit);
  };
  // Errors are dropped: the final check runs into them again, and reports them.
  const interval = setInterval(
    withoutOverlap(() => check().catch(() => {})),
    CHECK_INTERVAL_MS,
  );
  const timer = setTimeout(() => stop("slow"), limits.ms);
  return {
    stop: controller.signal,
    exceeded: () => exceeded,
    check,
    [Symbol.dispose]() {
      clearTimeout(timer);
      clearInterval(interval);
    },
  };
}

async function exceededOnDisk(
  path: string,
  { bytes, entries }: CloneLimits,
): Promise<ExceededLimit | undefined> {
  // Entries first: measuring the bytes walks all of them.
  if ((await countEntries(path, entries + 1)) > entries) return "too-many-files";
  return (await diskUsage(path)) > bytes ? "large" : undefined;
}

/** Calls `work`, unless its previous call is still running. */
function withoutOverlap(work: () => Promise<void>): () => void {
  let isRunning = false;
  return () => {
    if (isRunning) return;
    isRunning = true;
    void work().finally(() => {
      isRunning = false;
    });
  };
}

/**
 * The disk usage of a directory, in bytes. By du(1), which handles names that are not UTF-8, and
 * still prints a total if files vanish meanwhile.
 */
async function diskUsage(path: string): Promise<number> {
  const du = await runProgram(["du", "-sk", "--", path], { forwardsSignals: false });
  const [, kilobytes] = /^(\d+)\s/.exec(du.stdout) ?? [];
  if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  throw new OperatorError(
    "io_error",
    `Cannot measure the size of a clone: ${du.errorSummary || "no output from du"}`,
    "check that du(1) works on that disk",
  );
}
