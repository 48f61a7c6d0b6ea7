/**
 * Bounds on a program that fills a directory: how long it may take, and how much it may leave.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";
import { runProgram } from "./program.ts";

/** How often the directory's size is looked at, at most. */
const LOOK_MS = 1000;

export interface Bounds {
  /** How long it may take in all, in milliseconds. */
  readonly ms: number;
  /** How much of the disk it may take. */
  readonly bytes: number;
}

export interface Watch {
  /** Set off when a bound is passed. */
  readonly stop: AbortSignal;
  /** Which one was. */
  passed(): "slow" | "large" | undefined;
  /** Looks once more, for what went by between two looks. */
  look(): Promise<void>;
  end(): void;
}

/** Watches over the directory at `path` from now on, until it is ended. */
export function watchOver(path: string, { ms, bytes }: Bounds): Watch {
  const control = new AbortController();
  let passed: ReturnType<Watch["passed"]>;
  const stop = (why: typeof passed) => {
    passed ??= why;
    control.abort();
  };
  const look = async () => {
    if ((await sizeOf(path)) > bytes) stop("large");
  };
  let isLooking = false;
  const lookOn = async () => {
    if (isLooking) return;
    isLooking = true;
    // What it meets is met once more by the last look, and told then.
    await look().catch(() => {});
    isLooking = false;
  };
  const looks = setInterval(() => void lookOn(), LOOK_MS);
  const over = setTimeout(() => stop("slow"), ms);
  return {
    stop: control.signal,
    passed: () => passed,
    look,
    end() {
      clearTimeout(over);
      clearInterval(looks);
    },
  };
}

/**
 * How much of the disk a directory takes, in bytes. By du(1): names in it may be no text, and
 * come and go. It complains of those that went, and counts the others.
 */
async function sizeOf(path: string): Promise<number> {
  const { stdout, said } = await runProgram(["du", "-sk", "--", path], { keepsSignals: true });
  const [, kilobytes] = /^(\d+)\s/.exec(stdout) ?? [];
  if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  throw new OperatorError(
    "io_error",
    `Cannot tell how large a clone is: ${said || "du said nothing"}`,
    "see whether du(1) works on that disk",
  );
}
