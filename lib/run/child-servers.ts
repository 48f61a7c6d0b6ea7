/**
 * Finds servers among the children of a command: their activity is not progress of the command.
 *
 * @module
 */
import { readdirSync, readlinkSync } from "node:fs";
import { readProcFile } from "../host/process.ts";
import { programKind } from "../host/process-name.ts";
import type { TreeActivity } from "./tree-activity.ts";

/** A process with more open files is not examined. */
const FILE_LIMIT = 4096;

/**
 * A server is a descendant of a program (not only of a shell) that has listened on a socket for as
 * long as a command may be without progress; a test run that listens for a moment is not one. Its
 * descendants belong to it. The topmost program is the agent, even if it listens.
 */
export class ChildServers {
  #listeningSince = new Map<number, number>();

  constructor(private readonly afterSeconds: number) {}

  /** The servers and their descendants in a tree, at `at` seconds of a monotonic clock. */
  find(tree: TreeActivity, at: number): ReadonlySet<number> {
    const candidates = [...descendantsOf(tree, (pid) => programKind(pid) === "other")];
    const listening = candidates.length === 0 ? [] : listenersAmong(candidates);
    this.#listeningSince = new Map(
      listening.map((pid) => [pid, this.#listeningSince.get(pid) ?? at]),
    );
    const servers = new Set(
      listening.filter((pid) => at - (this.#listeningSince.get(pid) ?? at) >= this.afterSeconds),
    );
    return servers.union(descendantsOf(tree, (pid) => servers.has(pid)));
  }
}

/**
 * The processes of a tree below one that `isChosen`. It looks at each process once, because an agent
 * may start thousands, each by the one before.
 */
function descendantsOf(tree: TreeActivity, isChosen: (pid: number) => boolean): Set<number> {
  const children = Map.groupBy(tree.keys(), (pid) => tree.get(pid)?.parent);
  const found = new Set<number>();
  const pending = [...tree.keys()].filter((pid) => !tree.has(tree.get(pid)?.parent ?? 0));
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    const below = children.get(pid) ?? [];
    if (below.length > 0 && (found.has(pid) || isChosen(pid)))
      for (const child of below) found.add(child);
    pending.push(...below);
  }
  return found;
}

/** The processes that have a listening socket. */
function listenersAmong(pids: readonly number[]): number[] {
  const sockets = listeningSockets(pids[0] ?? 0);
  return pids.filter((pid) => openFiles(pid).some((target) => sockets.has(target)));
}

/** The listening sockets in the network namespace of a process, as `/proc/<pid>/fd` names them. */
function listeningSockets(pid: number): ReadonlySet<string> {
  const rows = (name: string) =>
    (readProcFile(pid, `net/${name}`) ?? "").split("\n").map((line) => line.trim().split(/\s+/));
  const tcp = ["tcp", "tcp6"].flatMap(rows).filter(([, , , state]) => state === "0A");
  const unix = rows("unix").filter(([, , , flags]) => flags === "00010000");
  const inodes = [...tcp.map((row) => row[9]), ...unix.map((row) => row[6])];
  return new Set(inodes.map((inode) => `socket:[${inode}]`));
}

function openFiles(pid: number): string[] {
  try {
    const names = readdirSync(`/proc/${pid}/fd`);
    return names.length > FILE_LIMIT ? [] : names.map((name) => targetOf(pid, name));
  } catch {
    return [];
  }
}

function targetOf(pid: number, name: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${name}`);
  } catch {
    return "";
  }
}
