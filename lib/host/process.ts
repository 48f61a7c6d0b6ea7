/**
 * Processes, by `/proc`.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { trySignal } from "./send-signal.ts";

/** The kernel's USER_HZ: `/proc` counts CPU time and start times in hundredths of a second. */
export const TICKS_PER_SECOND = 100;

/** The fields in use of `/proc/<pid>/stat`: see proc(5). */
export interface ProcessFacts {
  /** `R`, `S`, `D`; `T` and `t` are stopped, `Z` and `X` are dead. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** The controlling terminal's device; 0 without one. */
  readonly terminal: number;
  /** The foreground process group of the terminal. */
  readonly foreground: number;
  /** CPU time of it and of the children it has waited for, in clock ticks. */
  readonly ticks: number;
  readonly threads: number;
  /** When it started, in clock ticks after boot: distinguishes processes with the same pid. */
  readonly start: number;
}

/** The facts about a process; undefined if it does not exist, or is hidden. */
export function processFacts(pid: number | "self"): ProcessFacts | undefined {
  const line = readProcFile(pid, "stat");
  if (line === undefined) return undefined;
  // The name before the last parenthesis is the process's own choice, and may contain anything.
  const [state = "", ...rest] = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const field = (at: number) => Number(rest[at]);
  return {
    state,
    parent: field(0),
    group: field(1),
    session: field(2),
    terminal: field(3),
    foreground: field(4),
    ticks: field(10) + field(11) + field(12) + field(13),
    threads: field(16),
    start: field(18),
  };
}

/** More generations than any real process tree has: ends the walk even if pids are reused. */
const MAX_ANCESTORS = 256;

/** The pids of a process's ancestors, nearest first, up to init or one that is hidden. */
export function ancestorsOf(pid: number | "self"): number[] {
  const found: number[] = [];
  let parent = processFacts(pid)?.parent ?? 0;
  while (parent > 0 && found.length < MAX_ANCESTORS) {
    found.push(parent);
    parent = processFacts(parent)?.parent ?? 0;
  }
  return found;
}

/**
 * True for a process that has exited without being waited for yet. A process whose first thread
 * has ended looks like that as well, and lives while it has other threads.
 */
export const isDead = ({ state, threads }: ProcessFacts): boolean =>
  "ZXx".includes(state) && threads <= 1;

/** The kernel's PID_MAX_LIMIT. */
const LARGEST_PID = 2 ** 22;

/**
 * True while a process `pid` exists, even if `/proc` hides it or it belongs to another user.
 * Numbers out of range are rejected: to kill(2) they mean process groups, or nothing.
 */
export function processExists(pid: number): boolean {
  if (pid < 1 || pid > LARGEST_PID) return false;
  // EPERM: it exists, and belongs to another user.
  return trySignal(pid, 0) !== "ESRCH";
}

type NamespaceKind = "pid" | "time";
const namespaces = new Map<NamespaceKind, string | undefined>();

/**
 * A namespace of this process, such as `pid:[4026531836]`; see namespaces(7). Read once: a scan asks
 * for each cell.
 */
export function namespaceOf(kind: NamespaceKind): string | undefined {
  if (!namespaces.has(kind)) namespaces.set(kind, readNamespace(kind));
  return namespaces.get(kind);
}

function readNamespace(kind: NamespaceKind): string | undefined {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`);
  } catch {
    return undefined;
  }
}

/** The text of a file in `/proc/<pid>`; undefined if it cannot be read. */
export function readProcFile(pid: number | "self", name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return undefined;
  }
}

/** The children of all threads of a process; undefined if the kernel does not list them. */
export function childrenOf(pid: number): number[] | undefined {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  const lists = threads.map((thread) => readProcFile(pid, `task/${thread}/children`));
  if (lists.length > 0 && lists.every((list) => list === undefined)) return undefined;
  return lists.flatMap((list) => list?.match(/\d+/g) ?? []).map(Number);
}

/** The real user of a process, who started it; undefined if it is gone or hidden. */
export function userOf(pid: number): number | undefined {
  const uid = /^Uid:\t(\d+)/m.exec(readProcFile(pid, "status") ?? "")?.[1];
  return uid === undefined ? undefined : Number(uid);
}

/** Sends a signal to the process `pid` that started at `start` ticks, and to no later one. */
export function signalSame(pid: number, start: number, signal: string): void {
  if (processFacts(pid)?.start === start) trySignal(pid, signal);
}
