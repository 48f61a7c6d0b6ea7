/**
 * Work on the disk in a thread of its own: a dead disk can hold a system call for ever, and
 * then it holds that thread and not the server.
 *
 * The thread runs the same file as the process, so that an executable has it with it; that
 * file calls `serveTasks` where it is not the main thread.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";
import type { Report } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";
import { scanOnce } from "../cell/scan.ts";
import { LATEST_MS, type SentBeat, writeSent, type Written } from "./sent-beat.ts";

/** So many beats wait at most: a dead disk must not fill the memory. */
const MOST_BEATS = 256;

type Task = { readonly scan: Settings } | { readonly beat: SentBeat };

interface Asked {
  readonly number: number;
  readonly task: Task;
}

type Answer = { readonly number: number } & ({ readonly value: unknown } | { error: string });

declare const self: Worker;

/** In the thread: does whatever it is asked to, one after the other. */
export function serveTasks(): void {
  self.addEventListener("message", ({ data: { number, task } }: MessageEvent<Asked>) =>
    self.postMessage({ number, ...outcomeOf(task) }),
  );
}

function outcomeOf(task: Task): { value: unknown } | { error: string } {
  try {
    return { value: "scan" in task ? scanOnce(task.scan, new Date()) : writeSent(task.beat) };
  } catch (error) {
    if (error instanceof OperatorError) return { error: error.message };
    return { error: String(error instanceof Error ? error.stack : error) };
  }
}

/** In the server: a function that has a thread scan once. */
export function startScanThread(settings: Settings): () => Promise<Report> {
  const thread = keepThread();
  return () => thread().ask({ scan: settings }) as Promise<Report>;
}

/**
 * In the server: a function that has a thread write a beat. It starts with the first one; a
 * beat that is not written soon is to be sent again.
 */
export function openBeatThread(): (beat: SentBeat) => Promise<Written> {
  const thread = keepThread();
  return (beat) => {
    const kept = thread();
    if (kept.waiting() >= MOST_BEATS) return Promise.resolve({ fault: "try_again" });
    return withinTime(kept.ask({ beat }) as Promise<Written>);
  };
}

async function withinTime(written: Promise<Written>): Promise<Written> {
  const { promise: late, resolve } = Promise.withResolvers<Written>();
  const timer = setTimeout(() => resolve({ fault: "try_again" }), LATEST_MS);
  return Promise.race([written, late]).finally(() => clearTimeout(timer));
}

interface Thread {
  ask(task: Task): Promise<unknown>;
  /** How many tasks have no answer yet. */
  waiting(): number;
  /** False once it has died. */
  isAlive(): boolean;
}

/** Gives the same thread until that dies, as it does at once while its file is being replaced; then another. */
function keepThread(): () => Thread {
  let thread: Thread | undefined;
  return () => {
    if (thread?.isAlive() !== true) thread = startThread();
    return thread;
  };
}

function startThread(): Thread {
  const worker = new Worker(Bun.main);
  worker.unref();
  const asked = new Map<number, PromiseWithResolvers<unknown>>();
  let [last, isAlive] = [0, true];
  worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    const one = asked.get(data.number);
    asked.delete(data.number);
    if ("value" in data) one?.resolve(data.value);
    else one?.reject(new Error(data.error));
  });
  worker.addEventListener("error", ({ message }) => {
    isAlive = false;
    for (const one of asked.values()) one.reject(new Error(message));
    asked.clear();
  });
  return {
    ask(task) {
      const one = Promise.withResolvers<unknown>();
      asked.set(++last, one);
      worker.postMessage({ number: last, task } satisfies Asked);
      return one.promise;
    },
    waiting: () => asked.size,
    isAlive: () => isAlive,
  };
}
