/**
 * Pings: a run's start and end, told to a monitor over HTTP beside the command.
 *
 * @module
 */
import { endEvent, type PingEvent, pingUrl, redirection } from "../../rules/ping.ts";
import { OperatorError } from "../../schemas/errors.ts";
import type { Aside } from "./aside.ts";

/** How long the end of a run may be held up, for all of its pings together. */
const REST_MS = 5000;
/** How much of that the start may take, where it has not been told yet. */
const START_REST_MS = 1500;
/** How long one request may take, and how long to wait before the next, which doubles. */
const REQUEST_MS = 4000;
const PAUSE_MS = 250;
const TRIES = 5;
const REDIRECTIONS = 3;

/** Tells a monitor of one run. */
export interface Pinger {
  /** Says that it has started, without waiting for it. */
  start(): void;
  /** Says how it ended, with the end of its output; 5 s are spent on it at most. */
  end(code: number, isFailure: boolean, output: Uint8Array | undefined): Promise<void>;
}

/** Gives what tells of the run `rid`. `base` reads the address, which is a secret. */
export function openPinger(base: () => string, rid: string, aside: Aside): Pinger {
  const [stop, stopStart] = [new AbortController(), new AbortController()];
  let limit = Number.POSITIVE_INFINITY;
  let last: Promise<unknown> = Promise.resolve();
  const ping = async (event: PingEvent, body: Uint8Array, { signal }: AbortController) => {
    const sent = body.subarray(Math.max(0, body.length - limit));
    const answer = await insist(pingUrl(base(), event, rid), sent, signal);
    limit = readLimit(answer.headers.get("Ping-Body-Limit")) ?? limit;
  };
  return {
    start: () => void (last = aside(() => ping("start", new Uint8Array(0), stopStart))),
    async end(code, isFailure, output = new Uint8Array(0)) {
      const timers = [
        setTimeout(() => stopStart.abort(), START_REST_MS),
        setTimeout(() => stop.abort(), REST_MS),
      ];
      // In this order or not at all: a start that came after the end would seem to run on.
      await last;
      await aside(() => ping(endEvent(code, isFailure), output, stop));
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

const readLimit = (header: string | null): number | undefined =>
  header !== null && /^\d{1,9}$/.test(header) ? Number(header) : undefined;

/** Asks until the server takes it: what may be better the next time is tried again. */
async function insist(url: URL, body: Uint8Array, stop: AbortSignal): Promise<Response> {
  let met: Response | string | undefined;
  for (let tried = 1; ; tried++) {
    const now = await ask(url, body, stop);
    // A try that we broke off says nothing; the one before it does.
    met = stop.aborted && met !== undefined && !(now instanceof Response) ? met : now;
    if (met instanceof Response && met.ok) return met;
    const isFinal = met instanceof Response && met.status < 500 && met.status !== 429;
    if (isFinal || tried === TRIES || stop.aborted) throw cannotPing(url, met);
    await rest(PAUSE_MS * 2 ** (tried - 1), stop);
  }
}

/** The answer, after redirections to the same host; or what kept it from coming. */
async function ask(from: URL, body: Uint8Array, stop: AbortSignal): Promise<Response | string> {
  let url = from;
  for (let hops = 0; ; hops++) {
    const answer = await post(url, body, stop);
    if (!(answer instanceof Response) || answer.status < 300 || answer.status > 399) return answer;
    const next = redirection(url, answer.headers.get("Location"));
    if (next === undefined || hops === REDIRECTIONS) return answer;
    url = next;
  }
}

async function post(url: URL, body: Uint8Array, stop: AbortSignal): Promise<Response | string> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      body: new Uint8Array(body),
      redirect: "manual",
      // Only the head of an answer counts: a body that cannot be unpacked is no failure.
      decompress: false,
      signal: AbortSignal.any([stop, AbortSignal.timeout(REQUEST_MS)]),
    });
    await answer.body?.cancel();
    return answer;
  } catch (error) {
    if (error instanceof Error && /Abort|Timeout/.test(error.name)) return "no answer in time";
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

/** The host alone is named: whoever knows the rest of the address can ping. */
function cannotPing({ host }: URL, met: Response | string): OperatorError {
  const why = met instanceof Response ? `it answered ${met.status}${hintOf(met.status)}` : met;
  return new OperatorError("unavailable", `Cannot ping ${host}: ${why}`, "");
}

const hintOf = (status: number): string =>
  status >= 300 && status < 400 ? ", and leads elsewhere, which is not followed" : "";

function rest(ms: number, stop: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  stop.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
}
