/**
 * Runs the endpoint in a worker thread, so that requests do not delay a daemon's rounds, and a long
 * round does not delay responses.
 *
 * @module
 */
import { createDeltaSender } from "../../view/report-delta.ts";
import type { Settings } from "../../contract/settings.ts";
import type { EndpointTask, RoundResult, SentRound } from "./endpoint-tasks.ts";
import type { EndpointOptions } from "./health-server.ts";
import { startTaskWorker } from "./worker.ts";

/** How long the worker may take to listen. */
const LISTEN_TIMEOUT_MS = 5000;
/** How long the worker may take to accept a round; beyond this it counts as dead. */
const ROUND_TIMEOUT_MS = 120_000;

const UNRESPONSIVE = "The worker thread of the health endpoint does not respond";

/** An endpoint that runs in its worker. */
export interface EndpointWorker {
  /** For people: a URL or `unix:/path`. */
  readonly address: string;
  /** Shows the result of a round. */
  publish(round: RoundResult): void;
  /** As `RunningServer.stop`. */
  stop(): Promise<void>;
}

/**
 * Serves the results of rounds with `settings`, starting with `first`. `onDeath` is called when the
 * worker dies of a bug, or no longer responds.
 *
 * @throws {OperatorError} when it may not or cannot listen.
 */
export async function startEndpointWorker(
  endpoint: EndpointOptions,
  settings: Settings,
  first: RoundResult,
  onDeath: (error: Error) => void,
): Promise<EndpointWorker> {
  const worker = startTaskWorker<EndpointTask>(onDeath);
  const { address } = endpoint;
  if ("unix" in address) await worker.run({ removeStaleSocket: address });
  const listenDone = new SharedArrayBuffer(4);
  const send = roundSender();
  // The worker's death is reported by onDeath.
  const post = (round: SentRound) => void worker.run({ round }).catch(() => {});
  const last = sendButLast(send(first), post);
  const listening = worker.run({ serve: { settings, endpoint, first: last, listenDone } });
  // The socket's mode is set by the umask, which all threads share: create no other file meanwhile.
  if ("unix" in address && !waitUntilSet(listenDone)) throw new Error(UNRESPONSIVE);
  return {
    address: (await listening) as string,
    publish: createPublisher(
      (round) => worker.run({ round: sendButLast(send(round), post) }),
      onDeath,
    ),
    stop: () => worker.run({ stop: true }) as Promise<void>,
  };
}

/** Creates a function that reduces each round to what changed since the one that was sent before, in parts. */
function roundSender(): (round: RoundResult) => Iterable<SentRound> {
  const send = createDeltaSender();
  return function* ({ report, ...rest }) {
    if (report === undefined) yield { delta: undefined, ...rest };
    else for (const delta of send(report)) yield { delta, ...rest };
  };
}

/**
 * Sends all parts but the last, and returns the last. It does not wait in between: a round of this thread
 * may come first, and take seconds. The worker takes each part in a turn of its own.
 */
function sendButLast(parts: Iterable<SentRound>, send: (part: SentRound) => void): SentRound {
  let last: SentRound | undefined;
  for (const part of parts) {
    if (last !== undefined) send(last);
    last = part;
  }
  if (last === undefined) throw new Error("A round has no part");
  return last;
}

/** Blocks this thread until the flag is set; false on timeout. */
const waitUntilSet = (flag: SharedArrayBuffer): boolean =>
  Atomics.wait(new Int32Array(flag), 0, 0, LISTEN_TIMEOUT_MS) !== "timed-out";

/** Sends the latest round once the previous one was accepted, so that a busy worker has no queue. */
export function createPublisher(
  send: (round: RoundResult) => Promise<unknown>,
  onUnresponsive: (error: Error) => void,
  nowMs: () => number = () => performance.now(),
): EndpointWorker["publish"] {
  let next: RoundResult | undefined;
  let sentMs: number | undefined;

  async function sendAll(): Promise<void> {
    for (; next !== undefined; sentMs = undefined) {
      const round = next;
      next = undefined;
      sentMs = nowMs();
      await send(round);
    }
  }

  return (round) => {
    next = round;
    // The worker's death is reported by onDeath.
    if (sentMs === undefined) sendAll().catch(() => {});
    else if (nowMs() - sentMs > ROUND_TIMEOUT_MS) onUnresponsive(new Error(UNRESPONSIVE));
  };
}
