/**
 * Observes a sound cell with few system calls.
 *
 * Facts come from successes and absences alone. After anything else the result is undefined, and
 * observe.ts observes the whole cell again: so each failure has its text in one place.
 *
 * @module
 */
import { type CellConfig, POINTERS } from "../contract/cell.ts";
import { type CellFacts, type Reading, valueOf } from "../contract/facts.ts";
import { isRemoved, type Root } from "../host/files/directory.ts";
import { openQuickly, type QuickSyscalls } from "../host/syscalls/quick-files.ts";
import { lookForClone } from "./lost-clone.ts";
import { witnessProcess } from "./process-witness.ts";
import {
  findDirectory,
  findLog,
  type OpenCell,
  readConfigPart,
  readHeartbeatPart,
  readMissionPart,
} from "./quick-parts.ts";

const SELF_FOUND = { outcome: "found" } as const;

/** Observes the cell `id` under `root`; undefined after any failure but an absence. */
export function observeQuickly(
  calls: QuickSyscalls,
  root: Root,
  id: string,
): CellFacts | undefined {
  const cell = openQuickly(calls, root.fd, id);
  if (cell === undefined) return undefined;
  try {
    return observeOpened({ calls, cell }, id);
  } finally {
    calls.libc.close(cell);
  }
}

function observeOpened(open: OpenCell, id: string): CellFacts | undefined {
  const meta = readMissionPart(open);
  const config = readConfigPart(open);
  if (meta === undefined || config === undefined || !hasDefaultPointers(config.file))
    return undefined;
  const state = readHeartbeatPart(open);
  const logs = findLog(open);
  const artifacts = findDirectory(open, POINTERS.artifacts);
  const worktree = findDirectory(open, POINTERS.worktree);
  if (state === undefined || logs === undefined) return undefined;
  if (artifacts === undefined || worktree === undefined) return undefined;
  // The worktree is read last: if it exists, the whole cell was there until then.
  if (worktree.outcome === "absent" && isRemoved(open.cell)) return undefined;
  return {
    id,
    self: SELF_FOUND,
    lostClone: lookForClone(open.cell, config.file, worktree),
    dirs: {
      meta: meta.dir,
      config: config.dir,
      state: state.dir,
      logs: logs.dir,
      artifacts,
      worktree,
    },
    mission: meta.file,
    config: config.file,
    heartbeat: state.file,
    log: logs.file,
    processWitness: witnessProcess(valueOf(state.file)),
  };
}

/** True if each part is where it is by default: a moved one may lead out of the cell. */
function hasDefaultPointers(config: Reading<CellConfig>): boolean {
  const pointers = valueOf(config);
  return (
    pointers === undefined ||
    (pointers.worktree === POINTERS.worktree &&
      pointers.artifacts === POINTERS.artifacts &&
      pointers.heartbeat === POINTERS.heartbeat &&
      (pointers.log === undefined || pointers.log === POINTERS.log))
  );
}
