/**
 * Judges whether a command makes progress, from what its processes did from sample to sample.
 *
 * This is a heuristic, because only the agent knows what progress is. CPU time counts, and so does
 * output that differs from earlier output. If the lines are unknown, a few writes of about the same
 * size count as repetitions of one line.
 *
 * @module
 */

/** Waiting and retrying take less CPU time than this share of a core, so less is not progress. */
const MIN_CPU = 0.01;
/** The kernel counts CPU time in steps, so a difference of up to this much may mean nothing. */
const COUNTER_SECONDS = 0.04;
/** Writes differ by this much if only digits differ in the line, in bytes or as a share. */
const SIZE_TOLERANCE = { bytes: 4, share: 0.1 };
/** Output with more writes than this in a sample, and per second, is not a line of a retry loop. */
const MAX_WRITES = { sample: 30, perSecond: 5 };

/** What the processes of a command did in the `seconds` before a sample. */
export interface ActivitySample {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Bytes and number of writes whose contents are unknown. */
  readonly bytes: number;
  readonly writes: number;
  /** Whether a line was seen that differs from all before. */
  readonly hasNewLine: boolean;
}

/** Collects samples. All moments are in seconds by one monotonic clock. */
export class ProgressJudge {
  #lastProgress: number;
  #sizes: { readonly low: number; readonly high: number } | undefined;
  #cpu: { readonly at: number; readonly seconds: number }[] = [];

  /** A command counts as stuck after `limit` seconds without progress. */
  constructor(
    private readonly limit: number,
    startedAt: number,
  ) {
    this.#lastProgress = startedAt;
  }

  /** Adds a sample that was taken at `at`. */
  add(sample: ActivitySample, at: number): void {
    this.#cpu = [...this.#cpu, { at, seconds: sample.cpuSeconds }].filter(
      (each) => each.at > at - this.limit,
    );
    if (sample.hasNewLine || this.#isNewOutput(sample)) this.progressAt(at);
  }

  /** Records progress that was detected in another way. */
  progressAt(at: number): void {
    this.#lastProgress = at;
  }

  /** Starts over, after a time in which the command could not run or could not be observed. */
  reset(at: number): void {
    this.#cpu = [];
    this.#lastProgress = at;
  }

  /** True if there was no progress in the `limit` seconds before `at`. */
  isStuck(at: number): boolean {
    const cpuSeconds = this.#cpu
      .filter((each) => each.at > at - this.limit)
      .reduce((sum, { seconds }) => sum + seconds, 0);
    return (
      at - this.#lastProgress >= this.limit && cpuSeconds < MIN_CPU * this.limit + COUNTER_SECONDS
    );
  }

  /** True for output unlike that of the samples before. */
  #isNewOutput({ seconds, bytes, writes }: ActivitySample): boolean {
    if (writes <= 0 || bytes <= 0) return false;
    if (writes > Math.max(MAX_WRITES.sample, MAX_WRITES.perSecond * seconds)) return true;
    const size = bytes / writes;
    const low = Math.min(size, this.#sizes?.low ?? size);
    const high = Math.max(size, this.#sizes?.high ?? size);
    const isKnown =
      this.#sizes !== undefined &&
      high - low <= Math.max(SIZE_TOLERANCE.bytes, SIZE_TOLERANCE.share * high);
    this.#sizes = isKnown ? { low, high } : { low: size, high: size };
    return !isKnown;
  }
}
