/**
 * How the fleet's page shows states, in words and colors.
 *
 * @module
 */
import { describeDuration } from "../../../base/duration.ts";
import type { FleetCell, FleetHost, HostState } from "../../../contract/fleet-report.ts";
import { hasAnswers } from "../../../fleet/rules/fleet-summary.ts";
import { statusCounts, statusText } from "../../../verdict/display-status.ts";
import type { FleetDocument } from "../../fleet/rules/fleet-feed.ts";
import type { Outdated } from "./outdated.ts";

/** A color of the page; `unknown` is grey. */
export type Kind = "critical" | "warning" | "well" | "unknown";

/** The color of a host: grey unless it is live, whatever was last known. */
export function hostKind({ state, critical, warning, suspicion }: FleetHost): Kind {
  if (state !== "live") return "unknown";
  if (critical > 0) return "critical";
  return warning > 0 || suspicion !== null ? "warning" : "well";
}

/** The color of a cell: grey if it is not known. */
export function cellKind({ known, attention }: FleetCell): Kind {
  if (!known) return "unknown";
  return attention === "critical" || attention === "warning" ? attention : "well";
}

/** The status of a cell, or what it was when it was last known. */
export const cellText = (cell: FleetCell): string =>
  cell.known ? statusText(cell) : `not known, was ${statusText(cell)}`;

const STATE_ORDER: readonly HostState[] = ["lost", "unreadable", "silent", "unknown", "live"];

/** Hosts as the strip shows them: those that are not live first, then those with bad cells. */
export const stripOrder = (hosts: readonly FleetHost[]): FleetHost[] =>
  hosts.toSorted((a, b) => rank(a) - rank(b));

const rank = (host: FleetHost): number =>
  10 * STATE_ORDER.indexOf(host.state) +
  ["critical", "warning", "well", "unknown"].indexOf(hostKind(host));

/** What is known of a host, and from when, at `nowMs`. */
export function hostSentence(host: FleetHost, nowMs: number): string {
  const { state, why, since, root, generated_at, summary, held } = host;
  const ago = (timestamp: string) => describeDuration((nowMs - Date.parse(timestamp)) / 1000);
  const reason = why === null ? "" : `: ${why}`;
  const last =
    generated_at === null || summary === null
      ? "Nothing was ever known of its cells."
      : `Last report ${ago(generated_at)} ago: ${summary.total} cells: ${statusCounts(summary)}.`;
  const place = root === null ? "" : ` Root ${root}.`;
  const hold = held === true ? " Held: an order of the fleet lets nothing be revived here." : "";
  return `${state} for ${ago(since)}${reason}. ${last}${place}${hold}`;
}

const NOTHING_CURRENT = "nothing below is known to be current. Next:";
const CHECK_ETCD = "on the server, type lazarus-pit fleet check.";

/** How a fleet gets its first host. */
const FIRST_HOST = {
  etcd: "start supervise --fleet on one",
  sources: "on the server, name one in fleet_sources, and restart serve-health",
} as const;

/** Why nothing that is shown is current, and what to do; empty if the server has answers. */
export function unansweredText({ kind, summary, answered_at }: FleetDocument): string {
  if (kind === "etcd" && answered_at === null)
    return `etcd has not answered this server yet: ${NOTHING_CURRENT} ${CHECK_ETCD}`;
  if (summary.hosts.total === 0) return `The fleet has no hosts yet. Next: ${FIRST_HOST[kind]}.`;
  if (hasAnswers(summary)) return "";
  const since = answered_at === null ? "yet" : `since ${answered_at}`;
  const step = kind === "etcd" ? CHECK_ETCD : "on the server, type scan --fleet.";
  return `No host has answered this view ${since}: ${NOTHING_CURRENT} ${step}`;
}

/** The same where the last look counts no more. */
export const outdatedBannerText = ({ why, step }: Outdated): string =>
  `${why.replace(/^this/, "This")}: ${NOTHING_CURRENT} ${step}.`;
