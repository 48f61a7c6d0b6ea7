/**
 * What this host can see of the process that a beat vouches for. Reports facts only; the verdict is
 * decided elsewhere.
 *
 * @module
 */
import { quoted } from "../base/printable.ts";
import type { ProcessWitness } from "../contract/facts.ts";
import type { Heartbeat } from "../contract/heartbeat.ts";
import { hostName, isThisBoot, lookAt, uptimeSeconds } from "../host/host.ts";

/** Looks at the process that `beat` vouches for; undefined if it vouches for none. */
export function witnessProcess(
  beat: Pick<Heartbeat, "process" | "host"> | undefined,
): ProcessWitness | undefined {
  const identity = beat?.process;
  if (beat === undefined || identity === undefined) return undefined;
  if (beat.host !== undefined && beat.host !== hostName())
    return { seen: "unknown", why: `it belongs to another host, ${quoted(beat.host)}` };
  const isHere = isThisBoot(identity.boot_id);
  if (isHere === undefined) return { seen: "unknown", why: HIDDEN_BOOT };
  // With an unknown uptime, no beat is known to be older than this boot.
  if (!isHere) return { seen: "other-boot", uptimeSeconds: uptimeSeconds() || Infinity };
  const { liveness, state = "" } = lookAt(identity);
  if (liveness === "unknown") return { seen: liveness, why: HIDDEN };
  if (liveness === "alive")
    return STOPPED.includes(state) ? { seen: liveness, isStopped: true } : { seen: liveness };
  // Without a namespace, a pid that does not exist here may be one in a container.
  const hasNamespace = identity.pid_namespace !== undefined;
  return hasNamespace ? { seen: liveness } : { seen: "unknown", why: NO_NAMESPACE };
}

/** The states of a process that a signal, or a debugger, has stopped. */
const STOPPED: readonly string[] = ["T", "t"];
const HIDDEN = "it is hidden from this account, or in another namespace";
const HIDDEN_BOOT = "the kernel's boot id is hidden here, or was where the beat was written";
const NO_NAMESPACE = "it is not found here, and its beat names no pid namespace";
