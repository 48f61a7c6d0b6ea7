/**
 * A second thread that scans blocks of cells.
 *
 * Both threads share the number of the next block that nobody has taken, and the number of the block
 * that the output needs next. The helper never gets far ahead of that one.
 *
 * @module
 */
import type { MessagePort } from "node:worker_threads";
import { type Block, BLOCK_CELLS, type BlockRequest, scanBlock } from "./block.ts";
import { countIds, idsBetween, type PackedIds } from "./packed-ids.ts";

/** Loaded only where a helper is: a scan of few cells starts faster without it. */
const threads = () => process.getBuiltinModule("node:worker_threads");

/** The positions in the shared memory. */
const [NEXT, WANTED] = [0, 1];

/** How many blocks may be taken before one that is not finished: this bounds the memory. */
export const BLOCKS_AHEAD = 16;

/** What the helper gets. */
interface HelperTask {
  readonly scanHelper: true;
  readonly shared: Int32Array;
  readonly request: BlockRequest;
  readonly ids: PackedIds;
  readonly results: MessagePort;
}

/** A block that the helper has scanned, and its number. */
interface HelperResult extends Block {
  readonly block: number;
}

/** The helper, as the thread that started it uses it. */
export interface Helper {
  /** The number of the next block that nobody has taken. */
  nextBlock(): number;
  /** Takes a block, and returns its number. */
  take(): number;
  /** Lets the helper take blocks up to `BLOCKS_AHEAD` after this one. */
  setWanted(block: number): void;
  /** The blocks that it has finished since the last call. */
  received(): Generator<HelperResult>;
  /** Ends it. */
  [Symbol.dispose](): void;
}

/** Starts a helper that runs `script`, for the cells `ids`. */
export function startHelper(script: string, request: BlockRequest, ids: PackedIds): Helper {
  const { MessageChannel, receiveMessageOnPort, Worker } = threads();
  const { port1, port2 } = new MessageChannel();
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const workerData: HelperTask = {
    scanHelper: true,
    shared,
    request: { ...request, root: { ...request.root, close: undefined as never } },
    ids,
    results: port2,
  };
  const worker = new Worker(script, { workerData, transferList: [port2] });
  worker.unref();
  // It leaves its blocks to this thread.
  worker.on("error", () => {});
  return {
    nextBlock: () => Atomics.load(shared, NEXT),
    take: () => Atomics.add(shared, NEXT, 1),
    setWanted(block) {
      Atomics.store(shared, WANTED, block);
      Atomics.notify(shared, WANTED);
    },
    *received() {
      for (
        let got = receiveMessageOnPort(port1);
        got !== undefined;
        got = receiveMessageOnPort(port1)
      )
        yield got.message as HelperResult;
    },
    [Symbol.dispose]() {
      port1.close();
      void worker.terminate();
    },
  };
}

/** In a worker that was started to help with a scan: does so, and returns true. */
export function helpWithScan(): boolean {
  const task = threads().workerData as HelperTask | null | undefined;
  if (task?.scanHelper !== true) return false;
  try {
    scanUntilEnd(task);
  } catch {
    // The other thread scans the same block, and reports the same error.
  }
  return true;
}

function scanUntilEnd({ shared, request, ids, results }: HelperTask): void {
  for (;;) {
    const block = Atomics.add(shared, NEXT, 1);
    const from = block * BLOCK_CELLS;
    if (from >= countIds(ids)) return;
    waitForTurn(shared, block);
    const { bytes, tally } = scanBlock(request, idsBetween(ids, from, from + BLOCK_CELLS));
    results.postMessage({ block, bytes, tally } satisfies HelperResult, [
      bytes.buffer as ArrayBuffer,
    ]);
  }
}

/** Waits while the output is held up, so that finished blocks do not fill the memory. */
function waitForTurn(shared: Int32Array, block: number): void {
  for (;;) {
    const wanted = Atomics.load(shared, WANTED);
    if (block < wanted + BLOCKS_AHEAD) return;
    Atomics.wait(shared, WANTED, wanted);
  }
}
