/**
 * How urgently an event needs a person: in the journal, and for the routes of notifications.
 *
 * @module
 */
import type { Event } from "../../../contract/event.ts";
import type { Attention, SuspicionCause } from "../../../contract/report.ts";
import { CRITICAL_ROWS } from "../../../verdict/attention.ts";
import { type Finding, isWell } from "./finding.ts";

const SERIOUS: readonly string[] = [
  "root-lost",
  "state-lost",
  "quarantined",
  "gave-up",
  "reminder",
];
/** The causes that an operator must end: critical, and told again while they last. */
export const SERIOUS_CAUSES: readonly SuspicionCause[] = [
  "disk-full",
  "read-only",
  "root-replaced",
  "starved",
];
/** The events that end something serious, by the event that began it. */
const ENDS: Readonly<Record<string, Attention>> = {
  "root-back": "critical",
  "state-back": "critical",
  released: "critical",
};

export const isFailedAttempt = ({ event, exit_code }: Event): boolean =>
  event === "attempted" && exit_code !== 0;

/** The attention that an event needs; its own, if it has one. */
export function attentionOf(event: Event): Attention {
  const { event: name, cause, to, attention } = event;
  if (attention !== undefined) return attention;
  if (name === "suspect") return causeAttention(cause);
  if (SERIOUS.includes(name)) return "critical";
  if (isFailedAttempt(event) || name === "flapping" || name === "stuck") return "warning";
  if (name === "waiting") return "note";
  return to === undefined
    ? "none"
    : findingAttention({ status: to, code: event.problems?.[0]?.code });
}

/** The attention that the state before an event needed. */
export function attentionBefore({ event, cause, attention_before: own }: Event): Attention {
  if (own !== undefined) return own;
  return event === "suspect-over" ? causeAttention(cause) : (ENDS[event] ?? "none");
}

/** The attention that a finding needs. */
export function findingAttention(finding: Finding): Attention {
  const { status, code } = finding;
  const isCritical = CRITICAL_ROWS.some((row) => row === status || row === code);
  if (isCritical || code === "silent-but-running") return "critical";
  if (code === "waiting") return "note";
  return status === null || isWell(finding) ? "none" : "warning";
}

const causeAttention = (cause: Event["cause"]): Attention =>
  cause !== undefined && SERIOUS_CAUSES.includes(cause) ? "critical" : "warning";
