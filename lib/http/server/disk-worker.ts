/**
 * Disk work in a worker thread: a dead disk can block a system call forever, which then blocks the
 * worker and not the server.
 *
 * @module
 */
import type { Settings } from "../../contract/settings.ts";
import type { PackedReport } from "../../view/packed-cells.ts";
import {
  createDeltaReceiver,
  createDeltaSender,
  type ReportDelta,
} from "../../view/report-delta.ts";
import { producerTurn } from "../../view/slices.ts";
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

export type DiskTask =
  | { readonly scan: Settings }
  /** Asks for the next part of the last scan's result. */
  | { readonly nextPart: true }
  | { readonly beat: ReceivedBeat };

/**
 * In the worker: creates the runner of its tasks. A scan's result is what changed since the last one, in
 * parts.
 */
export function createDiskTaskRunner(): (task: DiskTask) => ReportDelta | BeatResult {
  const scan = createViewScanner();
  const send = createDeltaSender();
  let parts: Generator<ReportDelta> | undefined;
  return (task) => {
    if ("beat" in task) return writeReceivedBeat(task.beat);
    if ("scan" in task) parts = send(scan(task.scan));
    const { value } = parts?.next() ?? {};
    if (value === undefined) throw new Error("The last scan has no further part");
    return value as ReportDelta;
  };
}

/** In the server: returns a function that scans once in a worker. */
export function createScanner(settings: Settings): () => Promise<PackedReport> {
  const currentWorker = createWorkerSlot<DiskTask>();
  const receive = createDeltaReceiver(producerTurn);
  return async () => {
    const worker = currentWorker();
    const ask = async (task: DiskTask) => receive((await worker.run(task)) as ReportDelta);
    let report = await ask({ scan: settings });
    while (report === undefined) report = await ask({ nextPart: true });
    return report;
  };
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
