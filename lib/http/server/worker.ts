/**
 * A worker thread for work that must not block the rest of the process, or be blocked by it.
 *
 * The worker runs the same file as the process, because an executable contains no other; that file
 * calls `runAsWorker` when it is not the main thread.
 *
 * @module
 */
import { type Fault, OperatorError } from "../../base/errors.ts";

interface TaskMessage {
  readonly number: number;
  readonly task: unknown;
}

/** A task's result; errors in a form that can be posted. */
type TaskResult =
  | { readonly value: unknown }
  | { readonly failed: { readonly fault: Fault; readonly message: string; readonly hint: string } }
  | { readonly bug: string };
type ResultMessage = TaskResult & { readonly number: number };

declare const self: Worker;

/** In the worker: runs each task that arrives. A synchronous task ends before the next begins. */
export function handleTasks(run: (task: never) => unknown): void {
  const post = (number: number, result: TaskResult) => self.postMessage({ number, ...result });
  self.addEventListener("message", ({ data: { number, task } }: MessageEvent<TaskMessage>) => {
    try {
      const value = run(task as never);
      if (!(value instanceof Promise)) return post(number, { value });
      void value.then(
        (resolved: unknown) => post(number, { value: resolved }),
        (error: unknown) => post(number, failureResult(error)),
      );
    } catch (error) {
      post(number, failureResult(error));
    }
  });
}

function failureResult(error: unknown): TaskResult {
  if (!(error instanceof OperatorError))
    return { bug: String(error instanceof Error ? error.stack : error) };
  const { fault, message, hint } = error;
  return { failed: { fault, message, hint } };
}

/** A worker, as the thread that started it uses it. */
export interface TaskWorker<Task> {
  /** Runs a task and returns its value; rejects with its error, or when the worker dies. */
  run(task: Task): Promise<unknown>;
  /** The number of unfinished tasks. */
  pendingCount(): number;
  /** False once it has died. */
  isAlive(): boolean;
}

/** Returns a function that gets the current worker, and starts another one after it has died. */
export function createWorkerSlot<Task>(): () => TaskWorker<Task> {
  let worker: TaskWorker<Task> | undefined;
  return () => {
    // A worker dies at once if its file is being replaced.
    if (worker?.isAlive() !== true) worker = startTaskWorker();
    return worker;
  };
}

const DIED = "A worker thread of this process has ended";

/** Starts a worker; `onDeath` gets the reason when it dies, which is a bug. */
export function startTaskWorker<Task>(
  onDeath: (error: Error) => void = () => {},
): TaskWorker<Task> {
  const worker = new Worker(Bun.main);
  worker.unref();
  const pending = new PendingTasks();
  let isAlive = true;
  function die(why: string): void {
    if (!isAlive) return;
    isAlive = false;
    pending.rejectAll(new Error(why));
    onDeath(new Error(why));
  }
  worker.addEventListener("message", ({ data }: MessageEvent<ResultMessage>) =>
    pending.settle(data),
  );
  worker.addEventListener("error", ({ message }) => die(message));
  worker.addEventListener("close", () => die(DIED));
  return {
    run(task) {
      if (!isAlive) return Promise.reject(new Error(DIED));
      const { number, promise } = pending.add();
      worker.postMessage({ number, task } satisfies TaskMessage);
      return promise;
    },
    pendingCount: () => pending.size,
    isAlive: () => isAlive,
  };
}

/** Promises of unfinished tasks, by number. */
class PendingTasks {
  readonly #resolvers = new Map<number, PromiseWithResolvers<unknown>>();
  #lastNumber = 0;

  get size(): number {
    return this.#resolvers.size;
  }

  add(): { number: number; promise: Promise<unknown> } {
    const resolvers = Promise.withResolvers<unknown>();
    this.#resolvers.set(++this.#lastNumber, resolvers);
    return { number: this.#lastNumber, promise: resolvers.promise };
  }

  settle(result: ResultMessage): void {
    const resolvers = this.#resolvers.get(result.number);
    this.#resolvers.delete(result.number);
    if (resolvers === undefined) return;
    if ("value" in result) return resolvers.resolve(result.value);
    if ("bug" in result) return resolvers.reject(new Error(result.bug));
    const { fault, message, hint } = result.failed;
    resolvers.reject(new OperatorError(fault, message, hint));
  }

  rejectAll(error: Error): void {
    for (const { reject } of this.#resolvers.values()) reject(error);
    this.#resolvers.clear();
  }
}
