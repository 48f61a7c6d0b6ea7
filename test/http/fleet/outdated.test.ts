/** When the fleet's page stops to trust the last look, and what it shows then. */
import { expect, test } from "bun:test";
import { mergeFleet } from "../../../lib/fleet/rules/merge.ts";
import { fleetTable } from "../../../lib/fleet/fleet-table.ts";
import { createCellLists } from "../../../lib/fleet/rules/cell-lists.ts";
import { asUnknown, isOfLook, whyOutdated } from "../../../lib/http/fleet-page/rules/outdated.ts";
import {
  hostSentence,
  outdatedBannerText,
  unansweredText,
} from "../../../lib/http/fleet-page/rules/look.ts";
import { Stopwatch } from "../../../lib/http/fleet-page/rules/stopwatch.ts";
import { fleetDocument } from "../../../lib/http/fleet/rules/fleet-feed.ts";
import { askedHost, cellOf, deadCell, NOW, NOW_MS, reportOf } from "../../fleet/hosts.ts";

const LOOK = {
  kind: "etcd",
  generated_at: "2026-01-31T12:00:10.000Z",
  answered_at: "2026-01-31T12:00:10.000Z",
  current_until: "2026-01-31T12:00:30.000Z",
} as const;
const ONLINE = { ageMs: 20_001, isOffline: false };

test("a look counts until its end, and not longer", () => {
  expect(whyOutdated(LOOK, { ...ONLINE, ageMs: 20_000 })).toBeUndefined();
  expect(whyOutdated(LOOK, ONLINE)?.why).toBe(
    "this page's server has not ended a look at the fleet since 12:00:10 UTC",
  );
  expect(whyOutdated(LOOK, { ...ONLINE, isOffline: true })?.why).toBe(
    "this page has had no look from its server since 12:00:10 UTC",
  );
});

test("a look without an answer of etcd is outdated when it comes, and etcd is named", () => {
  const unanswered = {
    ...LOOK,
    answered_at: "2026-01-31T11:59:40.000Z",
    current_until: "2026-01-31T12:00:00.000Z",
  };
  const outdated = whyOutdated(unanswered, { ...ONLINE, ageMs: 0 });
  expect(outdated === undefined ? "" : outdatedBannerText(outdated)).toBe(
    "etcd has not answered this page's server since 11:59:40 UTC: nothing below is known to be current. Next: on the server, type lazarus-pit fleet check.",
  );
  expect(whyOutdated({ ...unanswered, kind: "sources" }, ONLINE)?.why).toStartWith("this page's");
});

const REPORT = mergeFleet(
  {
    kind: "sources",
    answeredMs: NOW_MS,
    hosts: [askedHost("alpha", reportOf([cellOf(1), cellOf(2), deadCell(3)]))],
  },
  { now: NOW, nowMs: NOW_MS, history: new Map(), duplicates: [], cellLists: createCellLists() },
).report;
const DOCUMENT = fleetDocument({ ...REPORT, current_until: "2026-01-01T12:00:20.000Z" });

test("what is outdated is unknown in every number, with what was last known", () => {
  const { summary, hosts, cells, more } = asUnknown(DOCUMENT, "why");
  expect(summary.hosts).toMatchObject({ live: 0, unknown: 1 });
  expect(summary.cells).toMatchObject({ total: 3, healthy: 0, stale: 0, not_known: 3 });
  expect(hosts).toMatchObject([
    { state: "unknown", why: "why", critical: 0, root: "/var/missions" },
  ]);
  expect(cells.map(({ known, status }) => [known, status])).toEqual([[false, "stale"]]);
  expect(more).toBe(2);
  expect(asUnknown(DOCUMENT, "why").cells).toBe(cells);
});

test("the cells of one host count while it is live, and if they are no older than a look may be", () => {
  expect(isOfLook(DOCUMENT, "alpha", "2026-01-01T11:59:40.000Z")).toBe(true);
  expect(isOfLook(DOCUMENT, "alpha", "2026-01-01T11:59:39.000Z")).toBe(false);
  expect(isOfLook(asUnknown(DOCUMENT, "why"), "alpha", "2026-01-01T12:00:00.000Z")).toBe(false);
});

test("an etcd that never answered is not a fleet without hosts", () => {
  const { summary } = mergeFleet(
    { kind: "etcd", answeredMs: undefined, hosts: [] },
    { now: NOW, nowMs: NOW_MS, history: new Map(), duplicates: [], cellLists: createCellLists() },
  ).report;
  const etcd = { ...DOCUMENT, kind: "etcd", summary } as const;
  expect(unansweredText({ ...etcd, answered_at: null })).toStartWith("etcd has not answered");
  expect(unansweredText(etcd)).toBe(
    "The fleet has no hosts yet. Next: start supervise --fleet on one.",
  );
  expect(unansweredText({ ...etcd, kind: "sources" })).toBe(
    "The fleet has no hosts yet. Next: on the server, name one in fleet_sources, and restart serve-health.",
  );
  expect(unansweredText(DOCUMENT)).toBe("");
});

test("a hold on a host is told, as long as the look that found it counts", () => {
  const held = { ...DOCUMENT, hosts: DOCUMENT.hosts.map((host) => ({ ...host, held: true })) };
  const sentences = ({ hosts }: typeof DOCUMENT) => hosts.map((host) => hostSentence(host, NOW_MS));
  const [told = ""] = sentences(held);
  expect(told).toEndWith("Held: an order of the fleet lets nothing be revived here.");
  for (const other of [DOCUMENT, asUnknown(held, "why")])
    expect(sentences(other).join("")).not.toContain("Held");
  expect(fleetTable({ ...REPORT, hosts: held.hosts }, [], false)).toContain(
    "1 host: 1 live; revival is held on 1\n",
  );
  expect(fleetTable(REPORT, [], false)).not.toContain("held");
});

test("the clock that went further counts: one stands still in sleep, the other may be set", () => {
  let [steady, wall] = [0, 1000];
  const watch = new Stopwatch({ steady: () => steady, wall: () => wall });
  [steady, wall] = [5, 3_601_000];
  expect(watch.elapsedMs()).toBe(3_600_000);
  watch.restart();
  [steady, wall] = [25, 0];
  expect(watch.elapsedMs()).toBe(20);
});
