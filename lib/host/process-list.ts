/**
 * All processes of this pid namespace, as far as `/proc` shows them to this user.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { type ProcessFacts, processFacts, readProcFile, trySignal } from "./process.ts";

/** The facts about every process, by pid. */
export function listProcesses(): Map<number, ProcessFacts> {
  const found = new Map<number, ProcessFacts>();
  for (const name of readdirSync("/proc")) {
    const facts = /^\d+$/.test(name) ? processFacts(Number(name)) : undefined;
    if (facts !== undefined) found.set(Number(name), facts);
  }
  return found;
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

/** True if a process, or process group (a negative number), exists but may not be signalled by this user. */
export const isProtected = (target: number): boolean => trySignal(target, 0) === "EPERM";
