/**
 * The state of a host, from what a view knows of it: the only home of these rules.
 *
 * @module
 */
import { describeDuration } from "../../base/duration.ts";
import { parseTimestamp } from "../../base/time.ts";
import type { HostState } from "../../contract/fleet-report.ts";
import type { Report } from "../../contract/report.ts";
import type { AskedContact, HostFacts, LeasedContact } from "./facts.ts";

/** A state, and why it is not `live`, as one clause. */
export interface JudgedHost {
  readonly state: HostState;
  readonly why: string | null;
}

/** The state at `nowMs`, by the clock of the facts. */
export const hostState = (facts: HostFacts, nowMs: number): JudgedHost =>
  facts.contact.by === "asking"
    ? askedState(facts, facts.contact, nowMs)
    : leasedState(facts, facts.contact, nowMs);

const LIVE: JudgedHost = { state: "live", why: null };

const ago = (ms: number): string => describeDuration(ms / 1000);

function askedState(
  { report, unreadable }: HostFacts,
  contact: AskedContact,
  nowMs: number,
): JudgedHost {
  const { isAsked, failures, lostAfter, failure = "no answer", answeredMs, ageMs } = contact;
  if (!isAsked) return { state: "unknown", why: "it has not been asked yet" };
  if (failures >= lostAfter) return { state: "lost", why: failure };
  if (unreadable !== undefined) return { state: "unreadable", why: unreadable };
  if (report === undefined || answeredMs === undefined) return { state: "unknown", why: failure };
  if (ageMs < 0) return { state: "silent", why: `its report is ${ago(ageMs)} ahead of time` };
  const age = ageMs + nowMs - answeredMs;
  return age <= longestAgeMs(report)
    ? LIVE
    : { state: "silent", why: `its report is ${ago(age)} old` };
}

/** A report counts for this many of the intervals in which its host makes them. */
const FRESH_REPORTS = 3;
/** Allowance for the time of a transfer. */
const TRANSFER_MS = 1000;
/** For how long a report counts that does not say when the next one is due. */
const UNSCHEDULED_MS = 300_000;
/** The longest interval that is believed. */
const MAX_INTERVAL_MS = 86_400_000;

/** The age up to which a report counts, in milliseconds. */
function longestAgeMs({ generated_at, next_expected_at = "" }: Report): number {
  const interval = (parseTimestamp(next_expected_at) ?? 0) - (parseTimestamp(generated_at) ?? 0);
  if (next_expected_at === "" || interval <= 0) return UNSCHEDULED_MS;
  return FRESH_REPORTS * Math.min(interval, MAX_INTERVAL_MS) + TRANSFER_MS;
}

/** A view without an answer from etcd for this many polls and milliseconds knows nothing. */
const [BLIND_POLLS, BLIND_MS] = [3, 5000];
/** How long a view that polls etcd this often trusts the last answer. */
export const longestBlindMs = (pollMs: number): number => BLIND_POLLS * pollMs + BLIND_MS;
/** Until a host counts as lost: an etcd leader that thaws ends leases that were renewed. */
const LEASE_GRACE_MS = 15_000;
/** A host renews its report each minute, whether anything happened or not. */
const RENEWAL_MS = 180_000;

function leasedState(
  { report, unreadable }: HostFacts,
  contact: LeasedContact,
  nowMs: number,
): JudgedHost {
  const { hasLease, isReportEarlier, goneMs, renewedMs, etcdAnsweredMs, pollMs } = contact;
  if (etcdAnsweredMs === undefined) return { state: "unknown", why: "etcd has not answered yet" };
  const blindMs = nowMs - etcdAnsweredMs;
  if (blindMs > longestBlindMs(pollMs))
    return { state: "unknown", why: `etcd has not answered for ${ago(blindMs)}` };
  if (!hasLease) return withoutLease(goneMs, nowMs);
  if (unreadable !== undefined) return { state: "unreadable", why: unreadable };
  if (report === undefined) return { state: "unreadable", why: "it has published no report" };
  if (isReportEarlier) return { state: "silent", why: "it is back, and has not reported yet" };
  return renewedMs === undefined || nowMs - renewedMs <= RENEWAL_MS
    ? LIVE
    : { state: "silent", why: `its report was not renewed for ${ago(nowMs - renewedMs)}` };
}

const withoutLease = (goneMs: number | undefined, nowMs: number): JudgedHost =>
  goneMs !== undefined && nowMs - goneMs < LEASE_GRACE_MS
    ? { state: "silent", why: `its lease ended ${ago(nowMs - goneMs)} ago` }
    : { state: "lost", why: "it has no lease: it does not run, or does not reach etcd" };
