/**
 * The identity of this host and of its processes.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { defined } from "../base/defined.ts";
import type { Liveness, ProcessIdentity } from "../contract/process-identity.ts";
import { processExists, isDead, namespaceOf, processFacts, TICKS_PER_SECOND } from "./process.ts";

/** The host's name in heartbeats and reports; by uname(2) where the kernel's file is hidden. */
export const hostName = (): string =>
  readKernelValue("hostname") ?? process.getBuiltinModule("node:os").hostname();

/** The boot of a host whose kernel does not show it, as in a sandbox that hides `/proc/sys`. */
const HIDDEN_BOOT = "00000000-0000-0000-0000-000000000000";
let knownBoot: string | undefined;

/** The UUID that the kernel generates at each boot. Read once: a scan asks for each cell. */
export const bootId = (): string =>
  (knownBoot ??= readKernelValue("random/boot_id") ?? HIDDEN_BOOT);

/** Whether a recorded boot is this one; undefined if it was hidden then, or is now. */
export function isThisBoot(recorded: string): boolean | undefined {
  const own = bootId();
  if (recorded === own) return true;
  return recorded === HIDDEN_BOOT || own === HIDDEN_BOOT ? undefined : false;
}

/** Seconds since boot, by a clock that cannot be set; 0 if unknown. */
export function uptimeSeconds(): number {
  try {
    return Number.parseFloat(readFileSync("/proc/uptime", "utf8")) || 0;
  } catch {
    return 0;
  }
}

/** The identity of this process. */
export const thisProcess = (): ProcessIdentity => identityOf(process.pid, "self");

/** The identity of another process in the pid namespace of this one. */
export const processIdentity = (pid: number): ProcessIdentity => identityOf(pid, pid);

const identityOf = (pid: number, entry: number | "self"): ProcessIdentity => ({
  boot_id: bootId(),
  pid,
  ...defined({
    start_ticks: processFacts(entry)?.start,
    pid_namespace: namespaceOf("pid"),
    time_namespace: namespaceOf("time"),
  }),
});

/** When a process of this boot started, to the second; undefined if unknown. */
export function startTimeOf({ start_ticks }: ProcessIdentity): Date | undefined {
  const uptime = uptimeSeconds();
  if (start_ticks === undefined || uptime === 0) return undefined;
  const age = uptime - start_ticks / TICKS_PER_SECOND;
  return new Date(1000 * Math.round(Date.now() / 1000 - age));
}

/**
 * Whether a process still runs. One of another boot is gone. Unknown in another namespace, if it
 * or its boot is hidden, or if its pid is in use and its start time was not recorded.
 */
export const livenessOf = (identity: ProcessIdentity): Liveness => lookAt(identity).liveness;

/** What is seen of a process: whether it runs, and `T` or `t` for one that is stopped. */
export interface ProcessLook {
  readonly liveness: Liveness;
  readonly state?: string;
}

/** Looks at a process once: whether it still runs, and in which state. */
export function lookAt(identity: ProcessIdentity): ProcessLook {
  const { boot_id, pid, start_ticks, pid_namespace, time_namespace } = identity;
  const isHere = isThisBoot(boot_id);
  if (isHere !== true) return isHere === undefined ? UNKNOWN : GONE;
  if (isElsewhere("pid", pid_namespace)) return UNKNOWN;
  if (!processExists(pid)) return GONE;
  const facts = processFacts(pid);
  if (facts === undefined || start_ticks === undefined) return UNKNOWN;
  if (isDead(facts)) return GONE;
  if (isElsewhere("time", time_namespace)) return UNKNOWN;
  return facts.start === start_ticks ? { liveness: "alive", state: facts.state } : GONE;
}

const GONE: ProcessLook = { liveness: "gone" };
const UNKNOWN: ProcessLook = { liveness: "unknown" };

const isElsewhere = (kind: "pid" | "time", namespace: string | undefined): boolean =>
  namespace !== undefined && namespace !== namespaceOf(kind);

/** A value of the kernel; undefined if it is hidden or empty. */
function readKernelValue(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/kernel/${name}`, "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}
