/**
 * Processes, as `/proc` tells of them.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { errnoOf } from "./errno.ts";

/** One line of `/proc/<pid>/stat`, as far as it is used: see proc(5). */
export interface ProcessFacts {
  /** `R`, `S`, `D`; `T` and `t` are stopped, `Z` and `X` are dead. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** The controlling terminal's device; 0 where there is none. */
  readonly terminal: number;
  /** The group that has the terminal's foreground. */
  readonly foreground: number;
  /** CPU time of it and of the children it has waited for, in clock ticks. */
  readonly ticks: number;
  /** When it started, in clock ticks after the boot: what tells it from a later one with its number. */
  readonly start: number;
}

/** What the kernel tells of a process; undefined when there is none, or it may not be seen. */
export function processFacts(pid: number | "self"): ProcessFacts | undefined {
  const line = kernelFile(pid, "stat");
  if (line === undefined) return undefined;
  // The name before the last parenthesis is the process's own choice, and may hold anything.
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
    start: field(18),
  };
}

/** True while the process `pid` lives that started at `start`; a zombie is dead. */
export function isRunning(pid: number, start: number | undefined): boolean {
  const facts = processFacts(pid);
  if (facts === undefined) return exists(pid);
  if ("ZXx".includes(facts.state)) return false;
  return start === undefined || facts.start === start;
}

/** The kernel's PID_MAX_LIMIT. */
const LARGEST_PID = 2 ** 22;

/**
 * True while there is a process `pid`, also one that `/proc` does not show or that is somebody
 * else's. To kill(2), a number beyond those of processes is a whole group, or none at all.
 */
export function exists(pid: number): boolean {
  if (pid < 1 || pid > LARGEST_PID) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== "ESRCH";
  }
}

/** Ends what a program that we started has become, where it leads a process group of its own. */
export function killGroup(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended.
  }
}

/** In which namespace this process counts processes, such as `pid:[4026531836]`; see pid_namespaces(7). */
export function pidNamespace(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}

/** The text of a file of `/proc/<pid>`; undefined where it cannot be read. */
export function kernelFile(pid: number | "self", name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return undefined;
  }
}

/** The children of all threads of a process; undefined where the kernel does not tell. */
export function childrenOf(pid: number): number[] | undefined {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  const lists = threads.map((thread) => kernelFile(pid, `task/${thread}/children`));
  if (lists.length > 0 && lists.every((list) => list === undefined)) return undefined;
  return lists.flatMap((list) => list?.match(/\d+/g) ?? []).map(Number);
}
