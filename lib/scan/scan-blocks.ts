/**
 * Scanning all blocks of a root, in order; many of them with the help of a second thread.
 *
 * @module
 */
import { type Block, BLOCK_CELLS, type BlockRequest, scanBlock } from "./block.ts";
import { idsBetween, packIds } from "./packed-ids.ts";
import { BLOCKS_AHEAD, startHelper } from "./scan-helper.ts";

/** Whether a scan has a second thread. */
export interface HelperRule {
  /** The fewest cells for which it starts. */
  readonly minCells: number;
  /** The script that it runs, which calls `helpWithScan`. */
  readonly script: string;
}

/** For fewer cells, the start of a thread costs more CPU than it saves time. */
const MIN_CELLS = 4000;

/**
 * Scans the cells `ids` in blocks, and returns these in order.
 *
 * @throws {OperatorError} when a cell was requested by its id and does not exist.
 */
export function scanBlocks(
  request: BlockRequest,
  ids: readonly string[],
  { minCells, script }: HelperRule = { minCells: MIN_CELLS, script: Bun.main },
): Iterable<Block> {
  // The strings can then be freed: many callers keep no other reference to them.
  const packed = packIds(ids);
  const scanAt = (block: number) =>
    scanBlock(request, idsBetween(packed, block * BLOCK_CELLS, (block + 1) * BLOCK_CELLS));
  const count = Math.ceil(ids.length / BLOCK_CELLS);
  if (ids.length < minCells) return scanAlone(count, scanAt);
  return scanTogether(count, scanAt, () => startHelper(script, request, packed));
}

function* scanAlone(count: number, scanAt: (block: number) => Block): Generator<Block> {
  for (let block = 0; block < count; block++) yield scanAt(block);
}

/**
 * Each thread takes the next block that nobody has taken. A block that the helper took and has not
 * finished when this thread has nothing else to do is scanned here again: so a helper that is slow, or
 * has died, loses no cells and is never waited for.
 */
function* scanTogether(
  count: number,
  scanAt: (block: number) => Block,
  start: () => ReturnType<typeof startHelper>,
): Generator<Block> {
  using helper = start();
  const done = new Map<number, Block>();
  let wanted = 0;
  while (wanted < count) {
    const taken =
      helper.nextBlock() < Math.min(count, wanted + BLOCKS_AHEAD) ? helper.take() : count;
    const block = taken < count ? taken : wanted;
    done.set(block, scanAt(block));
    for (const { block: number, ...theirs } of helper.received())
      if (number >= wanted) done.set(number, theirs);
    for (let next = done.get(wanted); next !== undefined; next = done.get(wanted)) {
      done.delete(wanted);
      helper.setWanted(++wanted);
      yield next;
    }
  }
}
