/**
 * Gates that ask whether the mission is really dead, and whether this host may act on it.
 *
 * @module
 */
import { NO_FLAGS } from "../../../base/command-flags.ts";
import { quoted } from "../../../base/printable.ts";
import { groundOf, isPausedOrEnded } from "./ground.ts";
import { type Gate, type GateContext, releaseCommand, waitingText } from "./gate-context.ts";

/**
 * A cell is revived at least this long after its limit has passed, or as long as the limit if that
 * is shorter: meanwhile more cells may go silent, which makes the observer suspect.
 */
const SETTLING_SECONDS = 60;

/**
 * True if an operator declared the agent of this very beat, or the host that it names, to be gone.
 * A later beat of the same agent is not covered by a release.
 */
function isDeclaredGone({ orders, digest, evidence, host, adoptedHosts }: GateContext): boolean {
  if (orders !== "unreadable" && orders.released?.digest === digest) return true;
  return isOther(evidence.host, host) && adoptedHosts.includes(evidence.host);
}

const isOther = (beatHost: string | null, host: string): beatHost is string =>
  beatHost !== null && beatHost !== host;

function settlingSecondsLeft({ cell, silentSeconds }: GateContext): number {
  const limit = cell.limit_seconds ?? 0;
  return limit + Math.min(SETTLING_SECONDS, limit) - silentSeconds;
}

/** True if the age of the beat proves nothing, so that this process must itself watch the silence. */
function needsWatching(context: GateContext): boolean {
  if (isOther(context.evidence.host, context.host)) return true;
  const ground = groundOf(context);
  if (ground !== "end") return ground !== "standstill";
  // Only the age of its beat shows that such a process is gone, and a clock that was set changes that.
  const isInferred = context.isOtherBoot && context.evidence.exit === null;
  return isInferred || isBooting(context);
}

/** Soon after a boot, agents that start at boot get the age limit for their first beat. */
const isBooting = ({ cell, uptimeSeconds }: GateContext): boolean =>
  (cell.age_seconds ?? 0) > uptimeSeconds && uptimeSeconds < (cell.limit_seconds ?? 0);

export const WITNESS_GATES = {
  /** Ends with the suspicion. */
  suspect: ({ suspicion }) =>
    suspicion && `its verdict is in doubt (${suspicion.cause}): ${suspicion.text}`,
  /** Ends when enough rounds agree and a silence has settled. */
  unsettled(context) {
    const { isConfirmed, agreeingRounds, requiredRounds, now } = context;
    const ground = groundOf(context);
    const left = ground === "silence" ? settlingSecondsLeft(context) : 0;
    if (left > 0)
      return `${waitingText(now, left)}: if more missions fall silent by then, this host is the suspect`;
    const areAgreed = ground === "silence" || agreeingRounds >= requiredRounds;
    return areAgreed && (ground === "end" || isConfirmed)
      ? undefined
      : "waiting for the next rounds of supervise to find the same problem";
  },
  /** Ends once this process has watched for the whole limit. */
  unseen(context) {
    if (!needsWatching(context)) return undefined;
    const { cell, watchedSeconds, now } = context;
    const limit = cell.limit_seconds ?? Number.POSITIVE_INFINITY;
    const left = limit - watchedSeconds;
    return left > 0
      ? `${waitingText(now, left)}: supervise must itself watch the same last beat for the whole age limit`
      : undefined;
  },
  /** Ends with a beat from this host, or when an operator says that the other host is gone. */
  "other-host"(context) {
    const { evidence, host } = context;
    if (!isOther(evidence.host, host) || isDeclaredGone(context)) return undefined;
    const name = quoted(evidence.host);
    return `its last beat came from another host, ${name}, where it may still run; if ${name} is gone, type: ${releaseCommand(context)}, or add it to adopt_hosts`;
  },
  /**
   * Ends with the process; one that cannot be seen ends when an operator says that it is gone, or
   * where supervise may see it.
   */
  alive(context) {
    const { evidence, policy } = context;
    if (policy.stops_running || evidence.process === null || evidence.process === "gone")
      return undefined;
    if (evidence.process === "alive")
      return 'its process still runs: end it, or set "stops_running": true in the policy if its command does that';
    // A wrapper that recorded the end has waited for it.
    if (evidence.exit !== null || isDeclaredGone(context)) return undefined;
    return `supervise cannot see whether its process still runs: it is hidden, in another container or on another host; run supervise where it can see that process (in the unit: ProtectProc=default), or, once it has ended, type: ${releaseCommand(context)}`;
  },
  /** Ends when an operator resumes a paused mission. */
  resting({ cell, flags = NO_FLAGS }) {
    if (!isPausedOrEnded(cell)) return undefined;
    const { mission_status: status, mission_id: id } = cell;
    const resume =
      status === "paused"
        ? `; to resume it, type: ${flags.prefix}mission ${id} resume${flags.cells}`
        : "";
    return `its mission is ${status ?? "unknown"}, so no beat is expected${resume}`;
  },
} as const satisfies Record<string, Gate>;
