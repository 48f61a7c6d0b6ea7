/**
 * Whether a command still does something.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { childrenOf, kernelFile, processFacts } from "../host/process.ts";

/** More processes than these are not followed; what is not seen is not called stuck. */
const PROCESS_LIMIT = 4096;

/** Looks at a command now and then. */
export interface Watch {
  /** True when it and all that belongs to it have used no CPU and written nothing for so long. */
  isStuck(): boolean;
  /** Starts to count anew: it could not run meanwhile. */
  forgive(): void;
}

/** Watches the process `pid`, all under it, and the group or session that it leads. */
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

/**
 * What a process and all that belongs to it have done so far; undefined where that cannot be
 * seen, as it cannot of somebody else's process, or one that has ended just now.
 */
function doingsOf(top: number): string | undefined {
  const seen = new Set<number>();
  let [ticks, written] = [0, 0];
  for (const todo = [top, ...companionsOf(top)]; todo.length > 0;) {
    const pid = todo.pop() ?? 0;
    if (seen.has(pid)) continue;
    const children = childrenOf(pid);
    const bytes = /^wchar: (\d+)$/m.exec(kernelFile(pid, "io") ?? "")?.[1];
    if (children === undefined || bytes === undefined || seen.size > PROCESS_LIMIT)
      return undefined;
    seen.add(pid);
    todo.push(...children);
    ticks += processFacts(pid)?.ticks ?? 0;
    written += Number(bytes);
  }
  return `${ticks} ${written} ${[...seen].toSorted((one, other) => one - other).join(" ")}`;
}

/**
 * Processes of the session or group that `top` leads, if it does: those whose parent has ended
 * are nobody's children of its. In its caller's group they cannot be told from the caller's.
 */
function companionsOf(top: number): number[] {
  const facts = processFacts(top);
  if (facts?.group !== top && facts?.session !== top) return [];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    const its = processFacts(pid);
    return its?.group === top || its?.session === top;
  });
}
