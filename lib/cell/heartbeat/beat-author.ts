/**
 * The writer of the last beat in a cell: the agent of this process, or another one.
 *
 * @module
 */
import type { Heartbeat } from "../../contract/heartbeat.ts";
import type { ProcessIdentity } from "../../contract/process-identity.ts";
import { hostName, isThisBoot, livenessOf } from "../../host/host.ts";
import { ancestorsOf } from "../../host/process.ts";

/** This run: its wrapper or agent CLI, and its id. */
export interface Self {
  readonly runner: ProcessIdentity;
  readonly runId: string;
}

/**
 * The writer of a beat: our own process tree (`agent`), another writer that is alive, or one that is
 * gone. `here` is the process of another writer on this host.
 */
export type BeatAuthor =
  | { readonly who: "agent" | "gone" }
  | { readonly who: "other"; readonly here?: ProcessIdentity; readonly isRunner?: boolean };

const AGENT = { who: "agent" } as const;
const OTHER = { who: "other" } as const;

/** Finds out who wrote a beat. A beat of unknown origin counts as the agent's. */
export function authorOf(beat: Heartbeat, self: Self): BeatAuthor {
  const { run_id, runner, host, boot_id, process: agent } = beat;
  if (run_id === self.runId || isSame(runner, self.runner)) return AGENT;
  const vouchedProcess = runner ?? agent;
  // Undefined also for a beat from a sandbox that hides the boot: its origin is unknown.
  const isHere = boot_id === undefined ? undefined : isThisBoot(boot_id);
  if (isHere === true && vouchedProcess !== undefined && isRelated(vouchedProcess, self))
    return AGENT;
  if (host !== undefined && host !== hostName())
    // Another host's name on this boot is a container: without a wrapper, it may be our agent's.
    return isHere === true && runner === undefined ? AGENT : OTHER;
  if (isHere === false) return OTHER;
  return authorHere(beat);
}

/** The writer of a beat on this host that comes from outside our process tree. */
function authorHere({ runner, process: agent }: Heartbeat): BeatAuthor {
  const [wrapper, command] = [runner && livenessOf(runner), agent && livenessOf(agent)];
  if (runner !== undefined && wrapper === "alive")
    return { who: "other", here: runner, isRunner: true };
  // Its pid means something in its own namespace alone.
  if (wrapper === "unknown") return OTHER;
  if (agent !== undefined && command === "alive") return { who: "other", here: agent };
  if (wrapper === "gone" || command === "gone") return { who: "gone" };
  // It vouches for nothing, or for a process of our own agent's container.
  return AGENT;
}

const isSame = (one: ProcessIdentity | undefined, other: ProcessIdentity): boolean =>
  one !== undefined &&
  one.boot_id === other.boot_id &&
  one.pid === other.pid &&
  one.start_ticks === other.start_ticks;

/** True for a living process that is an ancestor or a descendant of our wrapper. */
function isRelated(vouched: ProcessIdentity, { runner }: Self): boolean {
  if (livenessOf(vouched) !== "alive") return false;
  return ancestorsOf(vouched.pid).includes(runner.pid) || ancestorsOf("self").includes(vouched.pid);
}

/** True for a beat that a living descendant of this wrapper has written. */
export const isFromDescendant = ({ boot_id, pid }: Heartbeat, { runner }: Self): boolean =>
  boot_id === runner.boot_id && pid !== undefined && ancestorsOf(pid).includes(runner.pid);
