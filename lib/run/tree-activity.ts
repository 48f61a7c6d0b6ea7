/**
 * What the processes of a command have done so far.
 *
 * @module
 */
import { childrenOf, isDead, processExists, processFacts, readProcFile } from "../host/process.ts";
import { listProcesses } from "../host/process-list.ts";

/** With more processes than this, the activity is unknown. */
const PROCESS_LIMIT = 4096;

/** What one process has done since its start, with the children that it has waited for. */
export interface ProcessActivity {
  readonly parent: number;
  /** CPU time in clock ticks. */
  readonly ticks: number;
  readonly bytes: number;
  readonly writes: number;
}

/** The processes of a command by pid. */
export type TreeActivity = ReadonlyMap<number, ProcessActivity>;

/**
 * The activity of a process, its descendants, and the group or session it leads. Undefined if one of
 * them cannot be read, because it is another user's, or `/proc` hides it.
 */
export function treeActivity(top: number): TreeActivity | undefined {
  const found = new Map<number, ProcessActivity>();
  for (const pending = [top, ...companionsOf(top)]; pending.length > 0;) {
    const pid = pending.pop() ?? 0;
    if (found.has(pid)) continue;
    const children = childrenOf(pid);
    const activity = activityOf(pid);
    if (children === undefined || activity === "unknown" || found.size > PROCESS_LIMIT)
      return undefined;
    if (activity === undefined) continue;
    found.set(pid, activity);
    pending.push(...children);
  }
  return found;
}

/** The activity of a process; undefined if it has just ended. */
function activityOf(pid: number): ProcessActivity | "unknown" | undefined {
  const io = readProcFile(pid, "io");
  const facts = processFacts(pid);
  if (facts === undefined) return processExists(pid) ? "unknown" : undefined;
  const { parent, ticks } = facts;
  const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(io ?? "")?.[1]);
  // What a dead process has written counts once its parent has waited for it.
  if (io === undefined) return isDead(facts) ? { parent, ticks, bytes: 0, writes: 0 } : "unknown";
  return { parent, ticks, bytes: count("wchar"), writes: count("syscw") };
}

/**
 * Processes of the session or group that `top` leads. They include orphans, which are no longer
 * its descendants. None if it is in its caller's group, whose other processes are not its own.
 */
function companionsOf(top: number): number[] {
  const facts = processFacts(top);
  if (facts?.group !== top && facts?.session !== top) return [];
  return [...listProcesses()].flatMap(([pid, { group, session }]) =>
    group === top || session === top ? [pid] : [],
  );
}
