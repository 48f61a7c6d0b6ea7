/**
 * The merge of a fleet's hosts: what counts, what is not known, missions on two hosts, and when the
 * view rather than the hosts is at fault.
 */
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { FleetReport } from "../../lib/contract/fleet-report.ts";
import { createCellLists } from "../../lib/fleet/rules/cell-lists.ts";
import type { FleetFacts, HostFacts } from "../../lib/fleet/rules/facts.ts";
import { checkFleet, fleetCheckLine } from "../../lib/fleet/rules/fleet-check.ts";
import { fleetMetrics } from "../../lib/fleet/rules/fleet-metrics.ts";
import { duplicateMissions, mergeFleet, type MergeContext } from "../../lib/fleet/rules/merge.ts";
import { lacking } from "../tools/needs.ts";
import {
  askedHost,
  cellOf,
  deadCell,
  leasedHost,
  missionOf,
  NOW,
  NOW_MS,
  reportOf,
} from "./hosts.ts";

const LOST = { failures: 3, failure: "it refuses the connection" };

const factsOf = (...hosts: HostFacts[]): FleetFacts => ({
  kind: "sources",
  answeredMs: NOW_MS,
  hosts,
});
const context = (changes: Partial<MergeContext> = {}): MergeContext => ({
  now: NOW,
  nowMs: NOW_MS,
  history: new Map(),
  duplicates: [],
  cellLists: createCellLists(),
  ...changes,
});
const merged = (...hosts: HostFacts[]) =>
  mergeFleet(factsOf(...hosts), context({ duplicates: duplicateMissions(hosts) })).report;

describe("a merged report", () => {
  const cells = [cellOf(1), cellOf(2, { limit_seconds: null }), deadCell(3)];
  const report = merged(
    askedHost("beta", reportOf(cells), LOST),
    askedHost("alpha", reportOf([cellOf(9), deadCell(4)])),
  );

  test("fits its schema", () => {
    expect(v.safeParse(FleetReport, report).issues).toBeUndefined();
  });

  test("counts the cells of live hosts by status, and all others as not known", () => {
    expect(report.summary).toEqual({
      hosts: { total: 2, live: 1, silent: 0, lost: 1, unreadable: 0, unknown: 0 },
      cells: {
        total: 5,
        healthy: 1,
        stale: 1,
        incomplete: 0,
        uninitialized: 0,
        resting: 0,
        not_known: 3,
      },
    });
  });

  test("keeps the last word of a lost host, and counts none of it", () => {
    expect(report.hosts[1]).toMatchObject({
      name: "beta",
      state: "lost",
      why: "it refuses the connection",
      critical: 0,
      summary: { total: 3, stale: 1 },
    });
  });

  test("lists cells by host, then by id, each with whether it is known", () => {
    expect(report.cells.map(({ host, known, mission_id }) => [host, known, mission_id])).toEqual([
      ["alpha", true, missionOf(4)],
      ["alpha", true, missionOf(9)],
      ["beta", false, missionOf(1)],
      ["beta", false, missionOf(2)],
      ["beta", false, missionOf(3)],
    ]);
  });
});

test.each<[string, HostFacts]>([
  ["silent", askedHost("a", reportOf([cellOf(1), deadCell(2)]), { ageMs: 1e9 })],
  ["lost", askedHost("a", reportOf([cellOf(1), deadCell(2)]), LOST)],
  ["unreadable", { ...askedHost("a", reportOf([cellOf(1), deadCell(2)])), unreadable: "noise" }],
  [
    "unknown",
    leasedHost("a", reportOf([cellOf(1), deadCell(2)]), { etcdAnsweredMs: NOW_MS - 60_000 }),
  ],
])("no cell of a host that is %s counts as healthy or stale", (state, host) => {
  const { hosts, summary, cells } = merged(host);
  expect(hosts).toMatchObject([{ state, critical: 0, warning: 0, suspicion: null }]);
  expect(summary.cells).toMatchObject({ total: 2, healthy: 0, stale: 0, not_known: 2 });
  expect(cells.map(({ known }) => known)).toEqual([false, false]);
});

const namedCell = (mission_id: string) => cellOf(1, { mission_id });

test("a cell that a host lists twice is on one host; its capitals do not hide the other one", () => {
  const id = "abcdefab-0000-4000-8000-000000000001";
  const hosts = [
    leasedHost("a", reportOf([namedCell(id), namedCell(id), cellOf(2), cellOf(2)])),
    leasedHost("b", reportOf([namedCell(id.toUpperCase())])),
  ];
  expect(merged(...hosts).twice).toEqual([{ mission_id: id, hosts: ["a", "b"], home: null }]);
});

test("an unchanged report gives the same cells again, until its host is lost", () => {
  const host = askedHost("a", reportOf([cellOf(1)]));
  const first = context();
  const { report, history } = mergeFleet(factsOf(host), first);
  const again = mergeFleet(factsOf(host), { ...first, history }).report;
  expect(again.cells[0]).toBe(report.cells[0] as never);
  const lost = askedHost("a", host.report, LOST);
  expect(mergeFleet(factsOf(lost), { ...first, history }).report.cells[0]?.known).toBe(false);
});

test("since tells when a state began, not when it was last seen", () => {
  const host = askedHost("a");
  const { history } = mergeFleet(factsOf(host), context());
  const later = { now: new Date(NOW.getTime() + 9000), nowMs: NOW_MS + 9000, history };
  const { report } = mergeFleet(factsOf(host), context(later));
  expect(report.hosts[0]?.since).toBe(NOW.toISOString());
});

describe("a view", () => {
  const names = Array.from({ length: 20 }, (_, at) => `h${String(at).padStart(2, "0")}`);
  /** The names of the lost hosts, at each second. */
  const suspectAfter = (steps: readonly (readonly [second: number, lost: readonly string[]])[]) => {
    let history: MergeContext["history"] = new Map();
    const cellLists = createCellLists();
    let suspect = false;
    for (const [second, lost] of steps) {
      const nowMs = NOW_MS + 1000 * second;
      const answer = { answeredMs: nowMs };
      const hosts = names.map((name) =>
        askedHost(name, undefined, lost.includes(name) ? { ...LOST, ...answer } : answer),
      );
      const next = mergeFleet(factsOf(...hosts), context({ nowMs, history, cellLists }));
      ({ history } = next);
      ({ suspect } = next.report);
    }
    return suspect;
  };

  test.each<[string, boolean, readonly (readonly [number, readonly string[]])[]]>([
    [
      "55 % of 20 within a minute",
      true,
      [
        [0, []],
        [1, names.slice(0, 5)],
        [60, names.slice(0, 11)],
      ],
    ],
    [
      "54 %",
      false,
      [
        [0, []],
        [1, names.slice(0, 10)],
      ],
    ],
    [
      "slower",
      false,
      [
        [0, []],
        [1, names.slice(0, 5)],
        [62, names.slice(0, 11)],
      ],
    ],
    [
      "all, and back again",
      false,
      [
        [0, []],
        [1, names],
        [9, []],
      ],
    ],
    [
      "all, ten minutes later",
      true,
      [
        [0, []],
        [1, names],
        [601, names],
      ],
    ],
    [
      "all, later",
      false,
      [
        [0, []],
        [1, names],
        [602, names],
      ],
    ],
    [
      "hosts that it never saw live",
      false,
      [
        [0, names],
        [9, names],
      ],
    ],
    [
      "most of those that were left",
      true,
      [
        [0, []],
        [1, names.slice(0, 15)],
        [900, names],
      ],
    ],
  ])("is suspect of %s: %p", (_, expected, steps) => {
    expect(suspectAfter(steps)).toBe(expected);
  });
});

describe("--check of a fleet", () => {
  const live = askedHost("a", reportOf([cellOf(1)]));
  const warned = cellOf(2, { attention: "warning", mission_status: "failed" });
  const suspected = reportOf([cellOf(1)], { suspicion: { cause: "disk-full", text: "full" } });
  test.each<[string, HostFacts[], string, string]>([
    ["all well", [live], "OK", "1 of 1 hosts live; 1 healthy"],
    ["a warning", [askedHost("a", reportOf([warned]))], "WARNING", "a has 1 with a warning"],
    ["a dead cell", [askedHost("a", reportOf([deadCell(1)]))], "CRITICAL", "a has 1 critical"],
    ["a host with a suspicion", [askedHost("a", suspected)], "UNKNOWN", "a: disk-full"],
    [
      "a lost host",
      [live, askedHost("b", undefined, LOST)],
      "CRITICAL",
      "b is lost: it refuses the connection",
    ],
    [
      "a silent host",
      [live, askedHost("b", reportOf(), { ageMs: 1e6 })],
      "CRITICAL",
      "b is silent",
    ],
    [
      "a mission twice",
      [live, askedHost("b", reportOf([cellOf(1)]))],
      "CRITICAL",
      `${missionOf(1)} is on a and b`,
    ],
    ["no answer", [askedHost("a", undefined, LOST)], "UNKNOWN", "no host answers: a is lost"],
    ["no hosts", [], "UNKNOWN", "it has no hosts"],
  ])("%s is told", (_, hosts, state, text) => {
    const report = merged(...hosts);
    expect(checkFleet(report)).toBe(state as never);
    expect(fleetCheckLine(report)).toStartWith(`FLEET ${state} - `);
    expect(fleetCheckLine(report)).toContain(text);
  });

  test("lost hosts are unknown while the view is suspect, a dead cell is still critical", () => {
    const fleet = merged(live, askedHost("b", undefined, LOST));
    expect(checkFleet({ ...fleet, suspect: true })).toBe("UNKNOWN");
    const dead = merged(askedHost("a", reportOf([deadCell(1)])));
    expect(checkFleet({ ...dead, suspect: true })).toBe("CRITICAL");
  });

  test("its line has one bar, whatever a host says", () => {
    const odd = askedHost("b", undefined, { failures: 3, failure: "a|b" });
    expect(fleetCheckLine(merged(live, odd)).split("|")).toHaveLength(2);
  });
});

test.skipIf(lacking("promtool") !== "")(
  `promtool accepts the metrics${lacking("promtool")}`,
  () => {
    const report = merged(
      askedHost("a", reportOf([cellOf(1), deadCell(2)])),
      askedHost("b", reportOf([cellOf(3)]), LOST),
    );
    const text = fleetMetrics(report, { version: "1.0", publicUrl: "https://fleet.example" });
    expect(text).toContain('lazarus_pit_page_info{url="https://fleet.example"} 1\n');
    expect(text).toContain('lazarus_pit_fleet_host_cells{fleet_host="b",status="not_known"} 1\n');
    expect(text).toContain('lazarus_pit_fleet_host_cells{fleet_host="b",status="healthy"} 0\n');
    expect(text).toContain('lazarus_pit_fleet_hosts{state="lost"} 1\n');
    const checked = Bun.spawnSync(["promtool", "check", "metrics"], { stdin: Buffer.from(text) });
    expect([checked.exitCode, checked.stderr.toString()]).toEqual([0, ""]);
  },
);
