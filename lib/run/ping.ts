/**
 * Pings: reports a run's start and end to a monitor over HTTP, while the command runs.
 *
 * @module
 */
import { endEvent, type PingEvent, pingUrl } from "./rules/ping-url.ts";
import type { BestEffort } from "./best-effort.ts";
import { MAX_TRIES, type PingAttempt, postUntilAccepted } from "./ping-request.ts";

/** How long all pings together may delay the end of a run. */
const END_DEADLINE_MS = 5000;
/** The part of it that an unfinished start ping may use. */
const START_DEADLINE_MS = 1500;
/** The number of attempts to report the end to a monitor that cannot be reached: within 0.75 s. */
const TRIES_AT_END = 3;

/** Reports one run to a monitor. */
export interface Pinger {
  /** Reports the start, without waiting for it. */
  start(): void;
  /** Reports the end, with the last output; takes 5 s at most, and 1 s if the monitor cannot be reached. */
  end(code: number, isFailure: boolean, output: Uint8Array | undefined): Promise<void>;
}

/** Creates the pinger of the run `rid`. `base` reads the ping URL, which is a secret. */
export function openPinger(base: () => string, rid: string, bestEffort: BestEffort): Pinger {
  const [stop, stopStart] = [new AbortController(), new AbortController()];
  let bodyLimit = Number.POSITIVE_INFINITY;
  let last: Promise<unknown> = Promise.resolve();
  let hasEnded = false;
  const attemptUntil = ({ signal }: AbortController, triesAtEnd: number): PingAttempt => ({
    stop: signal,
    triesUnreachable: () => (hasEnded ? triesAtEnd : MAX_TRIES),
    isUnreachable: false,
  });
  const starting = attemptUntil(stopStart, 1);
  const ping = async (event: PingEvent, body: Uint8Array, attempt: PingAttempt) => {
    const tail = body.subarray(Math.max(0, body.length - bodyLimit));
    const response = await postUntilAccepted(pingUrl(base(), event, rid), tail, attempt);
    bodyLimit = readLimit(response.headers.get("Ping-Body-Limit")) ?? bodyLimit;
  };
  return {
    start: () => void (last = bestEffort(() => ping("start", new Uint8Array(0), starting))),
    async end(code, isFailure, output = new Uint8Array(0)) {
      hasEnded = true;
      const timers = [
        setTimeout(() => stopStart.abort(), starting.isUnreachable ? 0 : START_DEADLINE_MS),
        setTimeout(() => stop.abort(), END_DEADLINE_MS),
      ];
      // A start that arrived after the end would look like a new run.
      await last;
      await bestEffort(() =>
        ping(endEvent(code, isFailure), output, attemptUntil(stop, TRIES_AT_END)),
      );
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

const readLimit = (header: string | null): number | undefined =>
  header !== null && /^\d{1,9}$/.test(header) ? Number(header) : undefined;
