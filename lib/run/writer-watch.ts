/**
 * Prevents that two runs overwrite each other's beats, and warns about other agents in a run's cell.
 *
 * @module
 */
import { OperatorError } from "../base/errors.ts";
import { quoted, shortened } from "../base/printable.ts";
import { parseTimestamp } from "../base/time.ts";
import {
  authorOf,
  type BeatAuthor,
  isFromDescendant,
  type Self,
} from "../cell/heartbeat/beat-author.ts";
import { isAtWork } from "../cell/rules/other-writer.ts";
import type { Heartbeat } from "../contract/heartbeat.ts";
import type { ProcessIdentity } from "../contract/process-identity.ts";
import type { Settings } from "../contract/settings.ts";
import { monotonicSeconds } from "../host/clock.ts";
import { startTimeOf } from "../host/host.ts";
import {
  isRecent,
  type OtherWriterMemory,
  rememberWriter,
  startedFirst,
} from "./rules/two-writers.ts";

const HOST_CHARACTERS = 100;

export interface WatchOptions {
  readonly cell: string;
  readonly seconds: number;
  /** Whether the run fails at its start if another agent is running in the cell. */
  readonly isStrict: boolean;
  readonly settings: () => Settings;
  /** Receives each warning once. */
  readonly warn: (text: string) => void;
}

/** What the last beat means for the next one of a run. */
export interface WriterCheck {
  /** False while an earlier run on this host beats in the cell. */
  readonly mayBeat: boolean;
  /** The last beat, if the agent wrote it itself. */
  readonly agentBeat?: Heartbeat;
}

/** Watches the beats that a run finds in its cell. */
export class WriterWatch {
  readonly #startedAt = Date.now();
  readonly #knownHosts = new Set<string>();
  #blocker: ProcessIdentity | undefined;
  #memory: OtherWriterMemory | undefined;

  constructor(
    private readonly self: Self,
    private readonly options: WatchOptions,
  ) {}

  /** The other writer whose beats keep coming between ours; undefined if there is none. */
  otherWriter(): Heartbeat["other_writer"] {
    const isCurrent = this.#memory !== undefined && monotonicSeconds() < this.#memory.until;
    return isCurrent ? this.#memory?.otherWriter : undefined;
  }

  /**
   * Evaluates the last beat in the cell; `ours` is the last one of this run.
   *
   * @throws {OperatorError} of kind `try_again` before the first beat of a strict run, while
   *   another agent works in the cell.
   */
  check(last: Heartbeat | undefined, ours: Heartbeat | undefined, now: Date): WriterCheck {
    const isFromOther = last !== undefined && isAtWork(last) && !Bun.deepEquals(last, ours);
    const author = isFromOther ? authorOf(last, this.self) : undefined;
    const mayBeat = !this.#isBlocked(author, ours !== undefined);
    if (!isFromOther || author === undefined || author.who === "gone") return { mayBeat };
    if (author.who === "other") this.#noteOther(last, author, ours !== undefined, now);
    // A beat of another wrapper does not count as the agent's own.
    const isFromAgent = author.who === "agent" || last.runner === undefined;
    const isCertain = ours !== undefined || this.#isOfThisRun(last);
    return mayBeat && isFromAgent && isCertain ? { mayBeat, agentBeat: last } : { mayBeat };
  }

  /** True for a beat of the command that came before the first one of its wrapper. */
  #isOfThisRun(beat: Heartbeat): boolean {
    const moment = parseTimestamp(beat.timestamp) ?? 0;
    return moment >= this.#startedAt && isFromDescendant(beat, this.self);
  }

  #isBlocked(author: BeatAuthor | undefined, hasWritten: boolean): boolean {
    const here = author?.who === "other" && author.isRunner === true ? author.here : undefined;
    const blocker =
      here !== undefined && hasWritten && !startedFirst(here, this.self.runner) ? undefined : here;
    if (blocker === undefined && this.#blocker !== undefined)
      this.options.warn(`process ${this.#blocker.pid} no longer beats: this run does now`);
    this.#blocker = blocker;
    return blocker !== undefined;
  }

  #noteOther(
    last: Heartbeat,
    author: Extract<BeatAuthor, { who: "other" }>,
    hasWritten: boolean,
    now: Date,
  ): void {
    const { cell, seconds, settings, isStrict } = this.options;
    if (author.here !== undefined) {
      const found = describeWriter(author.here, author.isRunner === true);
      if (isStrict && !hasWritten) throw alreadyAtWork(cell, found);
      this.options.warn(
        this.#blocker === undefined
          ? `${found} works in this cell as well`
          : `${found} beats in this cell: this run does not beat until that has ended`,
      );
    } else if (isRecent(last, seconds, now)) this.#warnOfHost(last);
    if (hasWritten && this.#blocker === undefined)
      this.#memory = rememberWriter(last, seconds, monotonicSeconds(), mostSilence(settings()));
  }

  #warnOfHost({ host = "unknown", pid, timestamp }: Heartbeat): void {
    if (this.#knownHosts.has(host)) return;
    this.#knownHosts.add(host);
    const name = quoted(shortened(host, HOST_CHARACTERS));
    const process = pid === undefined ? "" : `, process ${pid}`;
    this.options.warn(
      `another agent beat in this cell, on host ${name}${process}, at ${timestamp}`,
    );
  }
}

const mostSilence = (settings: Settings): number => settings.max_stale_after_seconds;

function describeWriter(process: ProcessIdentity, isRunner: boolean): string {
  const since = startTimeOf(process);
  const who = isRunner ? "another heartbeat run, process" : "another agent, process";
  return `${who} ${process.pid}${since === undefined ? "" : ` since ${since.toISOString()}`}`;
}

const alreadyAtWork = (cell: string, found: string): OperatorError =>
  new OperatorError(
    "try_again",
    `Cannot start in cell ${cell}: ${found}, works there`,
    "try again when it has ended, or start without --strict",
  );
