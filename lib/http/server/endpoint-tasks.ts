/**
 * The worker's side of the endpoint: serves the results of a daemon's rounds.
 *
 * @module
 */
import type { MemberHealth } from "../../contract/fleet-member.ts";
import type { Report } from "../../contract/report.ts";
import type { Settings } from "../../contract/settings.ts";
import { flushStderr } from "../../host/stdio/async-stderr.ts";
import { createBeatWriter } from "./disk-worker.ts";
import { type EndpointOptions, serveReports } from "./health-server.ts";
import { type Address, removeStaleSocket } from "./listen.ts";
import type { RunningServer } from "./serve.ts";
import type { ReportSource } from "../report-poller.ts";
import type { PackedReport } from "../../view/packed-cells.ts";
import { createDeltaReceiver, type ReportDelta } from "../../view/report-delta.ts";
import { producerTurn } from "../../view/slices.ts";

/** How often it checks for a new report. */
const POLL_MS = 500;
/** Beyond three intervals, a round may take this much longer: the time of the service's watchdog. */
const ROUND_GRACE_MS = 60_000;

/** A daemon's round. */
export interface RoundResult {
  /** Undefined when the round failed. An unchanged cell is the same object as in the last report. */
  readonly report: Report | undefined;
  /** Time between rounds. */
  readonly intervalMs: number;
  /** The daemon's part in a fleet; undefined outside of one. */
  readonly member?: MemberHealth | undefined;
}

/** What the endpoint gets from it. */
export interface SentRound extends Omit<RoundResult, "report"> {
  /** A part of what changed; the round is complete with the last of them. */
  readonly delta: ReportDelta | undefined;
}

export interface ServeTask {
  readonly settings: Settings;
  readonly endpoint: EndpointOptions;
  readonly first: SentRound;
  /** An Int32 that is set to 1 once listening has succeeded or failed. */
  readonly listenDone: SharedArrayBuffer;
}

export type EndpointTask =
  | { readonly removeStaleSocket: Address }
  | { readonly serve: ServeTask }
  | { readonly round: SentRound }
  | { readonly stop: true };

/** Creates the runner of one endpoint's tasks, in order: removeStaleSocket, serve, rounds, stop. */
export function createEndpointTaskRunner(): (task: EndpointTask) => unknown {
  const rounds = createRoundSource();
  let server: RunningServer | undefined;

  function serve({ settings, endpoint, first, listenDone }: ServeTask): string {
    try {
      rounds.add(first);
      server = serveReports(rounds.source, settings, endpoint, createBeatWriter());
      return server.address;
    } finally {
      Atomics.store(new Int32Array(listenDone), 0, 1);
      Atomics.notify(new Int32Array(listenDone), 0);
    }
  }

  async function stop(): Promise<void> {
    await server?.stop();
    await flushStderr();
  }

  return (task) => {
    if ("removeStaleSocket" in task) return removeStaleSocket(task.removeStaleSocket);
    if ("serve" in task) return serve(task.serve);
    return "round" in task ? rounds.add(task.round) : stop();
  };
}

/**
 * Rounds as a source of reports. Times are those of arrival, because each thread's monotonic clock
 * starts with the thread.
 */
export function createRoundSource(): {
  add(round: SentRound): void;
  readonly source: ReportSource;
} {
  const receive = createDeltaReceiver(producerTurn);
  let pending: { readonly delta: ReportDelta; readonly atMs: number }[] = [];
  let latest: PackedReport | undefined;
  let latestAtMs = 0;
  let lastMs = performance.now();
  let intervalMs = 0;
  let member: MemberHealth | undefined;
  return {
    add(round) {
      lastMs = performance.now();
      ({ intervalMs, member } = round);
      if (round.delta !== undefined) pending.push({ delta: round.delta, atMs: lastMs });
    },
    source: {
      async scan() {
        // What arrives while these are applied waits for the next call.
        const arrived = pending;
        pending = [];
        for (const { delta, atMs } of arrived) {
          const report = await receive(delta);
          // A part of the next report does not make this one fresher.
          if (report !== undefined) [latest, latestAtMs] = [report, atMs];
        }
        if (latest === undefined) throw new Error("No round has produced a report yet");
        return latest;
      },
      get intervalMs() {
        return intervalMs;
      },
      member: () => member,
      pollMs: POLL_MS,
      ageMs: () => performance.now() - latestAtMs,
      isProducing: () => performance.now() - lastMs < 3 * intervalMs + ROUND_GRACE_MS,
    },
  };
}
