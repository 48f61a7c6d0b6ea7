/**
 * Access to supervise's store, in worker threads that a dead disk may block: one for orders, and one
 * for reading, so that readers of cells do not hold up orders.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";
import type { CellRecords } from "../../contract/cell-records.ts";
import type { RequestedOrder } from "../../contract/requested-order.ts";
import type { Supervision } from "../../contract/supervision.ts";
import type { Settings } from "../../contract/settings.ts";
import { hostClock } from "../../host/clock.ts";
import { readCellRecords } from "../../supervise/commands/cell-records.ts";
import { readSupervision } from "../../supervise/commands/supervision.ts";
import { giveOrder } from "../../supervise/commands/http-order.ts";
import type { GiveOrder, OrderOutcome } from "../order-route.ts";
import { withDeadline } from "./deadline.ts";
import { createRecentResults } from "./recent-results.ts";
import { createWorkerSlot, type TaskWorker } from "./worker.ts";

/** How long a client waits for the disk. */
const DEADLINE_MS = 5000;
/** How long a scrape of the metrics waits for it. */
const SCRAPE_WAIT_MS = 500;
/** Limits the memory that queued orders use while the disk is dead. */
const MAX_PENDING_ORDERS = 64;
/** Each reads megabytes of the event log, and runs a program: one at a time, and all within the deadline. */
const MAX_PENDING_READS = 32;
/** How long the records of a cell are told again without reading them. */
const KEEP_MS = 1000;
/** How long what metrics say of supervise is told again while the disk is slow. */
const KEEP_SLOW_SECONDS = 60;

interface OrderTask {
  readonly order: RequestedOrder;
  readonly settings: Settings;
  /** By the uptime of the host: an order that has not begun by then is refused. */
  readonly notAfter: number;
}

interface RecordsTask {
  readonly recordsOf: string;
  readonly settings: Settings;
}

export type StoreTask = RecordsTask | { readonly supervisionOf: Settings } | OrderTask;

/** The store of the settings' root, as the endpoint uses it. */
export interface StoreAccess {
  /** The records of a cell, at most a second old; null if they cannot be read now. */
  readonly records: (id: string) => Promise<CellRecords | null>;
  /** What metrics say of supervise, a minute old at most; undefined if it is not known. */
  readonly supervision: () => Promise<Supervision | undefined>;
  readonly giveOrder: GiveOrder;
}

/** In the worker: runs a task. A cell that cannot be read has no records. */
export async function runStoreTask(
  task: StoreTask,
): Promise<CellRecords | null | OrderOutcome | Supervision | undefined> {
  if ("supervisionOf" in task) return readSupervision(task.supervisionOf, hostClock().now());
  try {
    return "recordsOf" in task ? await readInTurn(task) : giveInTime(task);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    // Without the message, which has paths of the host.
    return "recordsOf" in task ? null : { fault: error.fault };
  }
}

let lastRead: Promise<unknown> = Promise.resolve();

/** Reads the records of a cell once those that were asked for before are read. */
function readInTurn({ recordsOf, settings }: RecordsTask): Promise<CellRecords> {
  const read = lastRead.then(() => readCellRecords(settings, recordsOf, hostClock()));
  lastRead = read.catch(() => {});
  return read;
}

/** Its client has been told that nobody knows: it may have given another order since. */
const giveInTime = ({ order, settings, notAfter }: OrderTask): OrderOutcome =>
  hostClock().uptime() > notAfter
    ? { fault: "try_again" }
    : { text: giveOrder(order, settings, hostClock()) };

/** In the server: creates access to the store. Each worker starts with its first task. */
export function createStoreAccess(settings: Settings): StoreAccess {
  const [orderWorker, readWorker] = [createWorkerSlot<OrderTask>(), createWorkerSlot<StoreTask>()];
  const recent = createRecentResults<CellRecords | null>(KEEP_MS);

  const shared = createRecentResults<Supervision | undefined>(KEEP_MS);
  const readShared = slowSupervision(readWorker, settings);

  const read = async (id: string): Promise<CellRecords | null> => {
    const worker = readWorker();
    if (worker.pendingCount() >= MAX_PENDING_READS) return null;
    return run(worker, { recordsOf: id, settings }, null);
  };

  return {
    records: (id) => recent.get(id, () => read(id)),
    supervision: () => shared.get("", readShared),
    async giveOrder(order) {
      const worker = orderWorker();
      if (worker.pendingCount() >= MAX_PENDING_ORDERS) return { fault: "try_again" };
      const notAfter = hostClock().uptime() + DEADLINE_MS / 1000;
      // Whether a late one has begun is not known.
      const late: OrderOutcome = { fault: "io_error" };
      const outcome = await run(worker, { order, settings, notAfter }, late);
      recent.forget();
      return outcome;
    },
  };
}

/**
 * Reads what metrics say of supervise. While the disk is slow, what was read last is told again for a
 * minute: series that vanish would end the alerts about them.
 */
export function slowSupervision(slot: () => TaskWorker<StoreTask>, settings: Settings) {
  let last: { readonly at: number; readonly found: Supervision | undefined } | undefined;
  return async (): Promise<Supervision | undefined> => {
    const worker = slot();
    if (worker.pendingCount() < MAX_PENDING_READS) {
      const reading = worker.run({ supervisionOf: settings }) as Promise<Supervision | undefined>;
      const kept = reading.then((found) => void (last = { at: hostClock().uptime(), found }));
      await withDeadline(kept, SCRAPE_WAIT_MS, undefined);
    }
    return last !== undefined && hostClock().uptime() - last.at < KEEP_SLOW_SECONDS
      ? last.found
      : undefined;
  };
}

const run = <Task, T>(worker: TaskWorker<Task>, task: Task, otherwise: T): Promise<T> =>
  withDeadline(worker.run(task) as Promise<T>, DEADLINE_MS, otherwise);
