/**
 * Whether a command still does something.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { kernelFile, processFacts } from "../host/process.ts";

/** More processes than these are not followed; what is not seen is not called stuck. */
const PROCESS_LIMIT = 4096;

/** Looks at a command now and then. */
export interface Watch {
  /** True when it and all under it have used no CPU and written nothing for so long. */
  isStuck(): boolean;
  /** Starts to count anew: it could not run meanwhile. */
  forgive(): void;
}

/** Watches the process `pid` and all under it. */
export function openWatch(pid: number, seconds: number): Watch {
  let last: string | undefined;
  let changedAt = performance.now();
  return {
    isStuck() {
      const now = doingsOf(pid);
      if (now === undefined || now !== last) changedAt = performance.now();
      last = now;
      return performance.now() - changedAt >= 1000 * seconds;
    },
    forgive: () => void (last = undefined),
  };
}

/** What a process and all under it have done so far; undefined where that cannot be seen. */
function doingsOf(top: number): string | undefined {
  const seen: number[] = [];
  let [ticks, written] = [0, 0];
  for (const todo = [top]; todo.length > 0;) {
    const pid = todo.pop() ?? 0;
    const children = childrenOf(pid);
    if (children === undefined || seen.length > PROCESS_LIMIT) return undefined;
    seen.push(pid);
    todo.push(...children);
    ticks += processFacts(pid)?.ticks ?? 0;
    written += Number(/^wchar: (\d+)$/m.exec(kernelFile(pid, "io") ?? "")?.[1] ?? 0);
  }
  return `${ticks} ${written} ${seen.join(" ")}`;
}

/** The children of all threads of a process; undefined where the kernel does not tell. */
function childrenOf(pid: number): number[] | undefined {
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
