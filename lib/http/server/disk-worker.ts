/**
 * Disk work in a worker thread: a dead disk can block a system call forever, which then blocks the
 * worker and not the server.
 *
 * @module
 */
import type { Report } from "../../contract/report.ts";
import type { Settings } from "../../contract/settings.ts";
import {
  createDeltaReceiver,
  createDeltaSender,
  type ReportDelta,
} from "../../view/report-delta.ts";
import {
  BEAT_DEADLINE_MS,
  type BeatResult,
  type ReceivedBeat,
  writeReceivedBeat,
} from "../received-beat.ts";
import { withDeadline } from "./deadline.ts";
import { createViewScanner } from "./view-scanner.ts";
import { createWorkerSlot } from "./worker.ts";

/** Limits the memory that queued beats use while the disk is dead. */
const MAX_PENDING_BEATS = 256;
const LATE: BeatResult = { fault: "try_again" };

export type DiskTask = { readonly scan: Settings } | { readonly beat: ReceivedBeat };

/** In the worker: creates the runner of its tasks. A scan's result is what changed since the last one. */
export function createDiskTaskRunner(): (task: DiskTask) => ReportDelta | BeatResult {
  const scan = createViewScanner();
  const send = createDeltaSender();
  return (task) => ("scan" in task ? send(scan(task.scan)) : writeReceivedBeat(task.beat));
}

/** In the server: returns a function that scans once in a worker. */
export function createScanner(settings: Settings): () => Promise<Report> {
  const worker = createWorkerSlot<DiskTask>();
  const receive = createDeltaReceiver();
  return async () => receive((await worker().run({ scan: settings })) as ReportDelta);
}

/**
 * In the server: returns a function that writes a beat in a worker, which starts with the first
 * beat. A beat that is not written in time gets the fault `try_again`.
 */
export function createBeatWriter(): (beat: ReceivedBeat) => Promise<BeatResult> {
  const currentWorker = createWorkerSlot<DiskTask>();
  return (beat) => {
    const worker = currentWorker();
    if (worker.pendingCount() >= MAX_PENDING_BEATS) return Promise.resolve(LATE);
    return withDeadline(worker.run({ beat }) as Promise<BeatResult>, BEAT_DEADLINE_MS, LATE);
  };
}
