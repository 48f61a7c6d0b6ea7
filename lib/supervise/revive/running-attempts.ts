/**
 * The attempts whose commands run, or whose outcomes are not written yet, of this daemon and of
 * earlier ones.
 *
 * @module
 */
import { adoptAttempts } from "./adopt-attempt.ts";
import { missionsWithAttempts } from "./attempt-store.ts";
import type { OutcomeContext, OutcomeWriter } from "./attempt-outcome.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";

export interface RunningAttempts {
  /** Tracks the command of a mission until its outcome is written. */
  track(id: string, ended: Promise<OutcomeWriter>): void;
  /** The missions that have such an attempt. */
  missions(): ReadonlySet<string>;
  /** Writes the outcomes that could not be written before, and adopts attempts of earlier daemons. */
  update(): void;
  /** Makes the next update look for attempts of earlier daemons again: the store was unavailable. */
  interrupt(): void;
  /** Waits until the running commands have ended. */
  drain(): Promise<unknown>;
}

export interface RunningContext extends OutcomeContext {
  readonly errors: ErrorReporter;
  /** Called for each command that is tracked. */
  readonly onTrack: (id: string) => void;
}

/** Tasks of the error reporter. */
const WRITING = "the outcome of an attempt";
const ADOPTING = "the attempts of an earlier daemon";

export function trackAttempts(context: RunningContext): RunningAttempts {
  const { store, errors, onTrack } = context;
  const running = new Map<string, Promise<void>>();
  /** Outcomes that are not written yet, because the disk may be full. They block new attempts. */
  const unwritten = new Map<string, OutcomeWriter>();
  /** Missions that may have attempts of an earlier daemon; undefined until they are listed. */
  let toAdopt: Set<string> | undefined;

  function track(id: string, ended: Promise<OutcomeWriter>): void {
    onTrack(id);
    const done = ended
      .then((write) => void unwritten.set(id, write))
      .then(writeOutcomes)
      .catch((error: unknown) => errors.report(WRITING, error))
      .finally(() => running.delete(id));
    running.set(id, done);
  }

  function writeOutcomes(): void {
    errors.guardEach(WRITING, [...unwritten], ([id, write]) => {
      write();
      unwritten.delete(id);
    });
  }

  function adoptAll(): void {
    const unwrittenBefore = unwritten.size;
    toAdopt ??= errors.guard(ADOPTING, () => new Set(missionsWithAttempts(store)));
    errors.guardEach(ADOPTING, [...(toAdopt ?? [])], (id) => {
      adoptCell(id);
      toAdopt?.delete(id);
    });
    if (unwritten.size > unwrittenBefore) writeOutcomes();
  }

  /** Skips the attempts of this process, whose outcome may not be written yet. */
  function adoptCell(id: string): void {
    if (running.has(id) || unwritten.has(id)) return;
    const adopted = adoptAttempts(context, id);
    if (adopted.ended.length > 0) unwritten.set(id, combined(adopted.ended));
    if (adopted.running.length > 0) track(id, Promise.all(adopted.running).then(combined));
  }

  return {
    track,
    missions: () => new Set([...running.keys(), ...unwritten.keys()]),
    update() {
      writeOutcomes();
      adoptAll();
    },
    interrupt: () => void (toAdopt = undefined),
    drain: () => Promise.all(running.values()).then(writeOutcomes),
  };
}

/** One writer for several; when it is called again, it goes on with the one that failed. */
function combined(writers: readonly OutcomeWriter[]): OutcomeWriter {
  const left = [...writers];
  return () => {
    for (let [write] = left; write !== undefined; [write] = left) {
      write();
      left.shift();
    }
  };
}
