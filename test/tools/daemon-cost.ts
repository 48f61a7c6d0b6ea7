/**
 * What a daemon costs: the CPU of a round, and its memory.
 *
 * @module
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { eventually } from "./background.ts";
import { idOf } from "./cells.ts";

/** Of the kernel's clock for CPU times, which is the same on all of Linux's architectures. */
const TICKS_PER_SECOND = 100;

/** The CPU that a process has taken so far, user and system, all threads, in milliseconds. */
export function cpuOf(pid: number): number {
  const [, rest = ""] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  const fields = rest.split(" ");
  // The first of them is the third of proc(5).
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** What a process holds in memory now, in megabytes. */
export const memoryOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

/** Beats anew in one of a hundred cells of a root of `writeRoot`, as an agent does: by a new file. */
export function beatInSome(root: string, cells: number, round: number): void {
  for (let n = round % 100; n < cells; n += 100) {
    // Only these are sound.
    if (n % 20 <= 5) continue;
    const file = join(root, idOf(n), CELL_FILES.heartbeat);
    const beat = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(`${file}.new`, JSON.stringify({ ...beat, timestamp: new Date().toISOString() }));
    renameSync(`${file}.new`, file);
  }
}

/** A program whose rounds are measured. */
export interface Measurable {
  readonly pid: number;
  /** Changes with each round. */
  readonly mark: () => string | Promise<string>;
}

/** Waits until `count` rounds have ended, and calls `between` before each of them. */
export async function waitForRounds(
  { mark }: Measurable,
  count: number,
  between: (round: number) => void = () => {},
): Promise<void> {
  for (let round = 0; round < count; round++) {
    const before = await mark();
    between(round);
    await eventually(async () => ((await mark()) === before ? undefined : true));
  }
}

/** The CPU of a round, in milliseconds: that of `count` rounds, divided. */
export async function roundCpu(
  daemon: Measurable,
  count: number,
  between: (round: number) => void,
): Promise<number> {
  await waitForRounds(daemon, 1);
  const before = cpuOf(daemon.pid);
  await waitForRounds(daemon, count, between);
  return (cpuOf(daemon.pid) - before) / count;
}
