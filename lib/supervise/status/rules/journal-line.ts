/**
 * An event as one line of the journal: which mission, what happened, why, and what to do next.
 *
 * @module
 */
import {
  type CommandFlags,
  fleetCommand,
  NO_FLAGS,
  storeCommand,
} from "../../../base/command-flags.ts";
import type { Event } from "../../../contract/event.ts";
import type { Attention, SuspicionCause } from "../../../contract/report.ts";
import { describeDuration } from "../../../base/duration.ts";
import { printable, quoted } from "../../../base/printable.ts";
import { attentionOf, isFailedAttempt } from "./event-attention.ts";

/** Priorities of syslog(3): error, warning, notice. */
const PRIORITIES: Readonly<Record<Attention, number>> = {
  critical: 3,
  warning: 4,
  note: 5,
  none: 5,
};

/** The line with its newline; `withPriority` prefixes the priority in the form that journald parses. */
export function journalLine(event: Event, withPriority: boolean): string {
  const prefix = withPriority ? `<${PRIORITIES[attentionOf(event)]}>` : "";
  const { next = eventStep(event) } = event;
  const text = `supervise: ${eventText(event)}${next === undefined ? "" : `; next: ${next}`}`;
  return `${prefix}${printable(text)}\n`;
}

/** What happened, to which mission, and why: one line. */
export const eventText = (event: Event): string =>
  [`${subjectOf(event)}${whatOf(event)}`, whyOf(event)].filter((part) => part !== "").join(": ");

function subjectOf({ mission_id: id, title }: Event): string {
  if (id === undefined) return "";
  return typeof title === "string" ? `${id} ${quoted(title)} ` : `${id} `;
}

const EVENTS_OF_ALL: Partial<Record<Event["event"], string>> = {
  "root-lost": "the root cannot be listed",
  "root-back": "the root can be listed again",
  "root-accepted": "another directory was accepted as the root",
  "state-lost": "orders and attempts cannot be read, so nothing is revived",
  "state-back": "orders and attempts can be read again",
  "fleet-restored": "etcd was restored from a backup: the homes of the missions are asked for anew",
};

function whatOf(event: Event): string {
  const { event: name, cause, from, to, lasted_seconds: lasted, attempt } = event;
  const time = typeof lasted === "number" ? ` for ${describeDuration(lasted)}` : "";
  const code = event.problems?.[0]?.code;
  const now = `${to ?? "gone"}${code === undefined ? "" : ` (${code})`}`;
  if (cause !== undefined) return suspicionText(name, cause);
  if (name === "gave-up") return `is given up until ${event.until ?? "an operator acts"}`;
  if (attempt !== undefined) return `attempt ${attempt} ${endOf(event)}`;
  if (to === undefined) return EVENTS_OF_ALL[name] ?? name;
  if (name === "flapping") return `keeps changing its status, now ${now}`;
  if (name === "reminder") return `has been ${now}${time}`;
  const isChange = name === "changed" || name === "steady";
  if (isChange) return `${from ? `was ${from}${time}, ` : ""}is ${now}`;
  return `is ${name}`;
}

/** The beginning or the end of a suspicion, or a reminder of one. */
function suspicionText(name: Event["event"], cause: SuspicionCause): string {
  if (name === "suspect-over") return `suspicion ${cause} is over`;
  return name === "reminder" ? `suspicion ${cause} still holds` : `suspicion ${cause}`;
}

function endOf({ timed_out, exit_code, signal, reason }: Event): string {
  if (timed_out === true) return "was killed at its time limit";
  if (typeof exit_code === "number") return `ended with ${exit_code}`;
  return typeof signal === "string"
    ? `was ended by ${signal}`
    : `failed${reason ? "" : " to start"}`;
}

const whyOf = ({ reason, problems }: Event): string =>
  reason ?? problems?.map(({ text }) => text).join("; ") ?? "";

const CAUSE_STEPS: Partial<Record<SuspicionCause, string>> = {
  "disk-full": "free space or inodes on that file system (df, df -i)",
  "read-only": "find out why in the kernel's log (dmesg), then mount it writable",
  "root-replaced": "mount the right directory, or type: {supervise accept-root}",
  "mass-silence": "check this host, its disk and its network",
  starved: "check the load of this host (uptime, systemd-cgtop)",
};

const EVENT_STEPS: Partial<Record<Event["event"], string>> = {
  "root-lost": "mount it, or correct root in the configuration",
  "state-lost": "mount or restore the state directory",
  "fleet-restored": "see which missions are on two hosts: {scan --fleet}",
};

/** What to do about a suspicion; undefined where nothing is to be done. */
export const suspicionStep = (cause: SuspicionCause, flags: CommandFlags): string | undefined =>
  withCommands(CAUSE_STEPS[cause], flags);

/** What to type next; undefined where nothing is to be done. */
export const eventStep = (event: Event, flags: CommandFlags = NO_FLAGS): string | undefined =>
  withCommands(stepOf(event), flags);

/** A step whose commands, in braces, have the flags that they need. */
const withCommands = (step: string | undefined, flags: CommandFlags): string | undefined =>
  step?.replaceAll(/\{([^}]*)\}/g, (_, command: string) =>
    command.includes("--fleet") ? fleetCommand(command, flags) : storeCommand(command, flags),
  );

/** The step, with braces around commands. */
function stepOf(event: Event): string | undefined {
  const { event: name, mission_id: id, cause, to } = event;
  if (cause !== undefined) return name === "suspect-over" ? undefined : CAUSE_STEPS[cause];
  if (id === undefined) return EVENT_STEPS[name];
  const history = `{supervise history ${id}}`;
  if (name === "attempted") return isFailedAttempt(event) ? history : undefined;
  if (name === "quarantined" || name === "gave-up")
    return `${history}, then {supervise release ${id}}`;
  const isBad = (to !== "healthy" && typeof to === "string") || name === "waiting";
  return isBad ? `{scan --explain ${id}}` : undefined;
}
