/**
 * A message as alerts of Alertmanager's API, version 2.
 *
 * Labels identify an alert. An event that changes how serious a state is therefore ends the alert of
 * the other severity, and a recovery ends both.
 *
 * @module
 */
import { defined } from "../../../base/defined.ts";
import { printable } from "../../../base/printable.ts";
import type { Event, Message } from "../../../contract/event.ts";

/** An alert that is not told again ends by itself: longer than a daily reminder needs. */
const ALERT_MS = 7 * 86_400_000;
const SEVERITIES = ["critical", "warning"] as const;

/** Events that say nothing about how a mission is. */
const NO_STATE: readonly Event["event"][] = [
  "attempted",
  "held",
  "resumed",
  "snoozed",
  "forgotten",
];

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** The alerts that begin or end with the events of a message. */
export const alertsOf = (message: Message): Alert[] =>
  message.events
    .filter(({ event }) => !NO_STATE.includes(event))
    .flatMap((event) => SEVERITIES.map((severity) => alertOf(message, event, severity)));

function alertOf(message: Message, event: Event, severity: (typeof SEVERITIES)[number]): Alert {
  const isFiring = event.attention === severity;
  const end = isFiring ? new Date(Date.parse(event.at) + ALERT_MS).toISOString() : event.at;
  return {
    labels: { ...identityOf(message, event), severity },
    annotations: defined({
      summary: printable(event.text ?? event.event),
      runbook: event.next,
      title: event.title === null ? undefined : event.title,
    }),
    startsAt: event.at,
    endsAt: end,
    ...defined({ generatorURL: event.url }),
  };
}

/** The labels that an event and the end of its state share. */
function identityOf({ host, root }: Message, event: Event): Record<string, string> {
  const { mission_id, owner, labels = {}, cause } = event;
  const named = Object.entries(labels).map(([name, value]) => [labelName(name), value] as const);
  const alertname =
    mission_id !== undefined
      ? "MissionCell"
      : cause !== undefined
        ? "LazarusPitSuspicion"
        : "LazarusPit";
  const state = mission_id === undefined && cause === undefined ? stateOf(event) : undefined;
  const found = { alertname, host, root, mission_id, owner: owner ?? undefined, cause, state };
  return { ...Object.fromEntries(named), ...defined(found) };
}

/** `root-lost` and `root-back` are about one state: `root`. */
const stateOf = ({ event }: Event): string => event.replace(/-(?:lost|back|accepted)$/, "");

const labelName = (name: string): string => `label_${name.replace(/[^a-zA-Z0-9_]/g, "_")}`;
