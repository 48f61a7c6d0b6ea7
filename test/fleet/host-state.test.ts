/**
 * The state of a host: each row of the table in lib/docs/fleet.md, at its limits.
 */
import { expect, test } from "bun:test";
import type { HostFacts } from "../../lib/fleet/rules/facts.ts";
import { hostState } from "../../lib/fleet/rules/host-state.ts";
import { askedHost, leasedHost, NOW_MS, reportOf } from "./hosts.ts";

const REPORT = reportOf();
const unreadable = (facts: HostFacts): HostFacts => ({ ...facts, unreadable: "it is not JSON" });
const unscheduled = { ...REPORT };
delete unscheduled.next_expected_at;
const AHEAD = reportOf([], { next_expected_at: "9999-01-01T00:00:00.000Z" });
const FAILING = { failure: "it refuses the connection" };

test.each<[string, HostFacts, string, string | null]>([
  ["just answered", askedHost("a"), "live", null],
  ["three intervals old", askedHost("a", REPORT, { ageMs: 31_000 }), "live", null],
  ["older", askedHost("a", REPORT, { ageMs: 32_000 }), "silent", "its report is 32s old"],
  [
    "grown old since it answered",
    askedHost("a", REPORT, { answeredMs: NOW_MS - 40_000, failures: 2, ...FAILING }),
    "silent",
    "its report is 41s old",
  ],
  ["without a schedule", askedHost("a", unscheduled, { ageMs: 300_000 }), "live", null],
  [
    "without a schedule, older",
    askedHost("a", unscheduled, { ageMs: 301_000 }),
    "silent",
    "its report is 5m 1s old",
  ],
  [
    "that promises the next one in 8000 years",
    askedHost("a", AHEAD, { ageMs: 4 * 86_400_000 }),
    "silent",
    "its report is 4d old",
  ],
  [
    "from the future",
    askedHost("a", REPORT, { ageMs: -90_000 }),
    "silent",
    "its report is 1m 30s ahead of time",
  ],
  ["that failed twice", askedHost("a", REPORT, { failures: 2, ...FAILING }), "live", null],
  [
    "that failed three times",
    askedHost("a", REPORT, { failures: 3, ...FAILING }),
    "lost",
    "it refuses the connection",
  ],
  [
    "that failed once, for a view that looks once",
    askedHost("a", undefined, { failures: 1, lostAfter: 1, ...FAILING }),
    "lost",
    "it refuses the connection",
  ],
  ["that said nonsense", unreadable(askedHost("a")), "unreadable", "it is not JSON"],
  [
    "that said nonsense and went",
    unreadable(askedHost("a", REPORT, { failures: 3, ...FAILING })),
    "lost",
    "it refuses the connection",
  ],
  [
    "that nobody asked",
    { ...askedHost("a", undefined, { isAsked: false }), report: undefined },
    "unknown",
    "it has not been asked yet",
  ],
  [
    "that failed at first",
    { ...askedHost("a", undefined, { failures: 1, ...FAILING }), report: undefined },
    "unknown",
    "it refuses the connection",
  ],
])("a source %s", (_, facts, state, why) => {
  expect(hostState(facts, NOW_MS)).toEqual({ state, why } as ReturnType<typeof hostState>);
});

test.each<[string, HostFacts, string, string | null]>([
  ["with a lease", leasedHost("a"), "live", null],
  [
    "renewed three minutes ago",
    leasedHost("a", REPORT, { renewedMs: NOW_MS - 180_000 }),
    "live",
    null,
  ],
  [
    "not renewed for longer",
    leasedHost("a", REPORT, { renewedMs: NOW_MS - 181_000 }),
    "silent",
    "its report was not renewed for 3m 1s",
  ],
  [
    "whose lease went 14 s ago",
    leasedHost("a", REPORT, { hasLease: false, goneMs: NOW_MS - 14_000 }),
    "silent",
    "its lease ended 14s ago",
  ],
  [
    "whose lease went 15 s ago",
    leasedHost("a", REPORT, { hasLease: false, goneMs: NOW_MS - 15_000 }),
    "lost",
    "it has no lease: it does not run, or does not reach etcd",
  ],
  [
    "that this view never saw with a lease",
    leasedHost("a", REPORT, { hasLease: false }),
    "lost",
    "it has no lease: it does not run, or does not reach etcd",
  ],
  [
    "that is back, with a report from before",
    leasedHost("a", REPORT, { isReportEarlier: true }),
    "silent",
    "it is back, and has not reported yet",
  ],
  ["that wrote nonsense", unreadable(leasedHost("a")), "unreadable", "it is not JSON"],
  [
    "with a lease and no report",
    { ...leasedHost("a"), report: undefined },
    "unreadable",
    "it has published no report",
  ],
  [
    "that etcd last told of 20 s ago",
    leasedHost("a", REPORT, { etcdAnsweredMs: NOW_MS - 20_000 }),
    "live",
    null,
  ],
  [
    "that etcd last told of 21 s ago",
    leasedHost("a", REPORT, { etcdAnsweredMs: NOW_MS - 21_000 }),
    "unknown",
    "etcd has not answered for 21s",
  ],
  [
    "that etcd never told of",
    leasedHost("a", REPORT, { etcdAnsweredMs: undefined }),
    "unknown",
    "etcd has not answered yet",
  ],
])("a host in etcd %s", (_, facts, state, why) => {
  expect(hostState(facts, NOW_MS)).toEqual({ state, why } as ReturnType<typeof hostState>);
});
