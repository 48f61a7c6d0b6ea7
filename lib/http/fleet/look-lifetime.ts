/**
 * How long a look at a fleet counts, for the probes and for those who read its report.
 *
 * @module
 */
import type { FleetReport } from "../../contract/fleet-report.ts";
import { longestBlindMs } from "../../fleet/rules/host-state.ts";
import { ASK_TIMEOUT_MS, longestLookMs } from "../../fleet/sources/answer.ts";
import { FRESH_INTERVALS } from "../rules/freshness.ts";

type Look = Pick<FleetReport, "kind" | "generated_at" | "answered_at"> & {
  readonly hosts: Pick<FleetReport["hosts"], "length">;
};

/** The next look may last until every host that it asks has answered; one that polls etcd asks none. */
const lifetimeMs = ({ kind, hosts }: Look, intervalMs: number): number =>
  longestLookMs(kind === "sources" ? hosts.length : 0) +
  FRESH_INTERVALS * (intervalMs + ASK_TIMEOUT_MS);

/** True if a look of this age is fresh. */
export const isLookFresh = (look: Look, ageMs: number, intervalMs: number): boolean =>
  ageMs <= lifetimeMs(look, intervalMs);

/**
 * Until when its report may be shown as current: hosts that are asked, as long as the look is fresh;
 * those of etcd, as long as a view itself trusts etcd's last answer.
 */
export function currentUntil(look: Look, intervalMs: number): string {
  const { kind, generated_at, answered_at } = look;
  const untilMs =
    kind === "sources"
      ? Date.parse(generated_at) + lifetimeMs(look, intervalMs)
      : Date.parse(answered_at ?? generated_at) + longestBlindMs(intervalMs);
  return new Date(untilMs).toISOString();
}
