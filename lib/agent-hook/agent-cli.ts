/**
 * Finds the agent CLI that called a hook.
 *
 * @module
 */
import { readlinkSync } from "node:fs";
import type { Heartbeat } from "../contract/heartbeat.ts";
import type { ProcessIdentity } from "../contract/process-identity.ts";
import { bootId, processIdentity, uptimeSeconds } from "../host/host.ts";
import { ancestorsOf, processFacts, TICKS_PER_SECOND } from "../host/process.ts";
import { programKind } from "../host/process-name.ts";

/** A program that has run for this long was not started for one event. */
const PROVEN_SECONDS = 10;

/** The process of an agent CLI. */
export interface AgentCli {
  readonly pid: number;
  /** Its identity, to vouch for; undefined where the process may have been started for this event. */
  readonly identity: ProcessIdentity | undefined;
}

/**
 * The nearest ancestor that is neither a shell nor a helper such as env or timeout; the caller if
 * there is none. That may be another hook program that calls this one and ends with the event, so
 * it must not be vouched for. Such a program is young and reads the event from its stdin. So a
 * process of that kind is vouched for only if the last beat, `last`, names it already.
 */
export function findAgentCli(last: Heartbeat | undefined): AgentCli {
  const programs = programsAbove();
  const earlier = last?.boot_id === bootId() ? last.pid : undefined;
  const agent = programs.find((pid) => pid === earlier || !mayEndWithEvent(pid));
  return {
    pid: programs[0] ?? process.ppid,
    identity: agent === undefined ? undefined : processIdentity(agent),
  };
}

/** The ancestors that may be agents, nearest first, up to the manager of a session. */
function programsAbove(): number[] {
  const found: number[] = [];
  for (const pid of ancestorsOf("self")) {
    const kind = programKind(pid);
    if (kind === "session" || kind === undefined) break;
    if (kind === "other") found.push(pid);
  }
  return found;
}

function mayEndWithEvent(pid: number): boolean {
  const start = processFacts(pid)?.start;
  const age = start === undefined ? 0 : uptimeSeconds() - start / TICKS_PER_SECOND;
  return age < PROVEN_SECONDS && !readsFromDevice(pid);
}

/** True for a process whose stdin is a terminal or /dev/null, where no event can come from. */
function readsFromDevice(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/fd/0`).startsWith("/dev/");
  } catch {
    return false;
  }
}
