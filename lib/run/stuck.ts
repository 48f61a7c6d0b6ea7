/**
 * Observes whether a command makes progress.
 *
 * @module
 */
import { statSync } from "node:fs";
import { monotonicSeconds } from "../host/clock.ts";
import type { Heartbeat } from "../contract/heartbeat.ts";
import { ProgressJudge } from "./rules/progress-judge.ts";
import { type TakeForwarded, treeSampler, type Sampler } from "./tree-sampler.ts";

/** The number of samples in the time after which a command is stuck, within the limits below. */
const SAMPLES = 60;
const MIN_SAMPLE_SECONDS = 1;
const MAX_SAMPLE_SECONDS = 30;

export interface StuckOptions {
  /** A command is stuck after this time without progress. */
  readonly seconds: number;
  /** A file whose changes are progress; then nothing else counts. */
  readonly progressFile: string | undefined;
}

/** Observes a command's progress. */
export interface StuckDetector {
  isStuck(): boolean;
  /** Receives the progress that the agent reports, which counts if it differs from the last report. */
  addProgress(progress: Heartbeat["progress"]): void;
  /** Restarts the count, after a time in which the command could not run. */
  reset(): void;
  /** Ends the observation. */
  stop(): void;
}

const NOTHING_FORWARDED = { bytes: 0, chunks: 0, hasNewLine: false };

/**
 * Observes the process `pid`, its descendants, and the group or session it leads. `forwarded`
 * returns the output that passed through the wrapper.
 */
export function startStuckDetector(
  pid: number,
  { seconds, progressFile }: StuckOptions,
  forwarded: TakeForwarded = () => NOTHING_FORWARDED,
): StuckDetector {
  const judge = new ProgressJudge(seconds, monotonicSeconds());
  const takeSample =
    progressFile === undefined ? treeSampler(pid, seconds, forwarded) : fileSampler(progressFile);
  let reported: Heartbeat["progress"];
  const sample = () => takeSample(judge, monotonicSeconds());
  const every = Math.max(MIN_SAMPLE_SECONDS, Math.min(seconds / SAMPLES, MAX_SAMPLE_SECONDS));
  const timer = setInterval(sample, 1000 * every);
  sample();
  return {
    isStuck() {
      if (progressFile !== undefined) sample();
      return judge.isStuck(monotonicSeconds());
    },
    addProgress(progress) {
      if (progress === undefined || Bun.deepEquals(progress, reported)) return;
      reported = progress;
      judge.progressAt(monotonicSeconds());
    },
    reset: () => judge.reset(monotonicSeconds()),
    stop: () => clearInterval(timer),
  };
}

/** Any change of the file, its creation or its removal is progress. */
function fileSampler(path: string): Sampler {
  let last = fingerprintOf(path);
  return (judge, at) => {
    const current = fingerprintOf(path);
    if (current !== last) judge.progressAt(at);
    last = current;
  };
}

function fingerprintOf(path: string): string {
  try {
    const { dev, ino, size, mtimeMs } = statSync(path);
    return `${dev}:${ino}:${size}:${mtimeMs}`;
  } catch {
    return "";
  }
}
