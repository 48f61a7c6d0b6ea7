/**
 * The attempts whose commands run, or whose outcomes are not written yet, of this daemon and of
 * earlier ones.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { Event } from "../../contract/event.ts";
import { adoptAttempts } from "./adopt-attempt.ts";
import { missionsWithAttempts } from "./attempt-store.ts";
import type { OutcomeWriter } from "./attempt-outcome.ts";
import type { Store } from "../store/store.ts";
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

export interface RunningContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly errors: ErrorReporter;
  /** Receives the events of each command that has ended. */
  readonly onEnd: (events: readonly Event[]) => void;
  /** Called for each command that is tracked. */
  readonly onTrack: (id: string) => void;
}

/** Tasks of the error reporter. */
const WRITING = "the outcome of an attempt";
const ADOPTING = "the attempts of an earlier daemon";

export function trackAttempts({
  store,
  clock,
  errors,
  onEnd,
  onTrack,
}: RunningContext): RunningAttempts {
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
    for (const [id, write] of unwritten) {
      const events = errors.guard(WRITING, write);
      if (events === undefined) continue;
      unwritten.delete(id);
      onEnd(events);
    }
  }

  function adoptAll(): void {
    toAdopt ??= errors.guard(ADOPTING, () => new Set(missionsWithAttempts(store)));
    for (const id of toAdopt ?? [])
      if (errors.succeeds(ADOPTING, () => adoptCell(id))) toAdopt?.delete(id);
    writeOutcomes();
  }

  /** Skips the attempts of this process, whose outcome may not be written yet. */
  function adoptCell(id: string): void {
    if (running.has(id) || unwritten.has(id)) return;
    const adopted = adoptAttempts(store, id, clock);
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

const combined =
  (writers: readonly OutcomeWriter[]): OutcomeWriter =>
  () =>
    writers.flatMap((write) => write());
