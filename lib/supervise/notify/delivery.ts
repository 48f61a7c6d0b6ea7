/**
 * Delivers the messages of one route, one at a time and in order, without delaying rounds. A message
 * that its receiver does not take is sent again, after a delay that doubles.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";
import { printable, shortened } from "../../base/printable.ts";
import type { DeliveryCounts } from "../../contract/supervision.ts";
import type { NotifyRoute } from "../../contract/notify.ts";
import { type BackgroundResult, runInBackground } from "../../host/programs/background-process.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import type { RouteQueue } from "./route-queue.ts";

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 60_000;
/** Of a failure, for the daemon's account: its output may be long. */
const MAX_FAILURE_CHARACTERS = 300;
/** A receiver that ends with this code will never take the message. */
const REFUSED_EXIT_CODE = 65;

export interface Delivery {
  /** Delivers what waits, by this route; at once if it has changed. */
  start(route: NotifyRoute): void;
  /** Makes no further call, after one that is under way: what waits is kept. */
  stop(): void;
  /** How they went since the start. */
  counts(): DeliveryCounts;
  /** Waits for the delivery under way, and for those that follow it until one fails. */
  drain(): Promise<void>;
}

/** Calls `work` after `ms` milliseconds, unless the function that it returns is called before. */
type Schedule = (work: () => void, ms: number) => () => void;

const scheduleByTimer: Schedule = (work, ms) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};

export function startDelivery(queue: RouteQueue, schedule = scheduleByTimer): Delivery {
  let current: NotifyRoute | undefined;
  let sending: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  let delayMs = 0;
  let lastFailure: string | undefined;
  const counts = { failed: 0, refused: 0 };

  async function sendAll(): Promise<void> {
    for (let text = queue.first(); text !== undefined; text = queue.first()) {
      if (current === undefined) return;
      const { failure, isRefused } = await deliver(text, current);
      if (failure !== undefined && !isRefused) return retryLater(failure);
      queue.remove(isRefused ? "refused" : "delivered");
      if (!isRefused) succeed();
      else refuse(failure);
    }
    // The receiver is not at fault, so that this costs little and does not lengthen the delay.
    if (queue.size() > 0) retryLater("cannot read the oldest message", FIRST_DELAY_MS);
  }

  function refuse(failure: string | undefined): void {
    counts.refused += 1;
    // It works, but for this message.
    [delayMs, lastFailure] = [0, undefined];
    print(`${failure}: the receiver refused a message, which was dropped`);
  }

  function retryLater(failure: string, afterMs?: number): void {
    counts.failed += 1;
    if (current === undefined) return;
    delayMs = afterMs ?? Math.min(MAX_DELAY_MS, Math.max(FIRST_DELAY_MS, 2 * delayMs));
    cancel = schedule(send, delayMs);
    if (failure === lastFailure) return;
    lastFailure = failure;
    const next = `next try in ${describeDuration(delayMs / 1000)}`;
    print(`${failure}; ${queue.size()} kept, ${next}`);
  }

  function succeed(): void {
    delayMs = 0;
    if (lastFailure !== undefined) print("works again");
    lastFailure = undefined;
  }

  const print = (text: string) =>
    queueStderr(`${printable(`supervise: notify: ${queue.route}: ${text}`)}\n`);

  function stopWaiting(): void {
    cancel?.();
    cancel = undefined;
  }

  function send(): void {
    stopWaiting();
    sending ??= sendAll().finally(() => (sending = undefined));
  }

  return {
    start(route) {
      const isChanged = !Bun.deepEquals(route, current);
      current = route;
      if (isChanged || cancel === undefined) send();
    },
    stop() {
      [current, lastFailure] = [undefined, undefined];
      stopWaiting();
    },
    counts: () => ({
      ...counts,
      failure: lastFailure === undefined ? null : shortened(lastFailure, MAX_FAILURE_CHARACTERS),
    }),
    async drain() {
      await sending;
      cancel?.();
    },
  };
}

/** The result of one call of a receiver; without a failure, it has taken the message. */
interface DeliveryResult {
  readonly failure: string | undefined;
  readonly isRefused: boolean;
}

/** Calls the command of a route once, with the text of a message on its stdin. */
export async function deliver(
  text: string,
  { command, timeout_seconds }: Pick<NotifyRoute, "command" | "timeout_seconds">,
): Promise<DeliveryResult> {
  const timeoutMs = 1000 * timeout_seconds;
  const result = await runInBackground(command, { input: text, timeoutMs });
  const isRefused = result.exitCode === REFUSED_EXIT_CODE;
  if (result.exitCode === 0) return { failure: undefined, isRefused };
  return { failure: failureOf(result, command[0], timeout_seconds), isRefused };
}

function failureOf(
  { timedOut, error, exitCode, signal, tail }: BackgroundResult,
  program: string | undefined,
  seconds: number,
): string {
  const what = timedOut
    ? `timed out after ${seconds} s`
    : (error ?? `ended with ${exitCode ?? signal}`);
  const output = tail.trim();
  return `${program} ${what}${output && `: ${output}`}`;
}
