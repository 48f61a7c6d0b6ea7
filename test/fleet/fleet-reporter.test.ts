/**
 * The reporter asks its view for the homes of missions on two hosts, and for no others; hosts are judged
 * by the moment of the look.
 */
import { expect, test } from "bun:test";
import { OperatorError } from "../../lib/base/errors.ts";
import { createFleetReporter } from "../../lib/fleet/fleet-reporter.ts";
import type { HostFacts } from "../../lib/fleet/rules/facts.ts";
import { cellOf, leasedHost, missionOf, NOW, NOW_MS, reportOf } from "./hosts.ts";

const CLOCK = { now: () => NOW, uptime: () => NOW_MS / 1000 };

function reporterOf(...hosts: HostFacts[]) {
  const asked: (readonly string[])[] = [];
  const next = createFleetReporter(
    {
      look: async () => ({ kind: "etcd", answeredMs: NOW_MS, hosts }),
      homesOf: async (ids) => {
        asked.push(ids);
        return new Map(ids.map((id) => [id, "b"]));
      },
    },
    CLOCK,
  );
  return { next, asked };
}

test("homes are asked for the missions that two hosts show", async () => {
  const { next, asked } = reporterOf(
    leasedHost("a", reportOf([cellOf(1), cellOf(2)])),
    leasedHost("b", reportOf([cellOf(2), cellOf(3)])),
  );
  expect((await next()).report.twice).toMatchObject([{ mission_id: missionOf(2), home: "b" }]);
  expect(asked).toEqual([[missionOf(2)]]);
});

test("no homes are asked for without such a mission", async () => {
  const { next, asked } = reporterOf(leasedHost("a", reportOf([cellOf(1)])));
  expect((await next()).report).toMatchObject({ twice: [], answered_at: NOW.toISOString() });
  expect(asked).toEqual([]);
});

test("a host is live however long the homes take", async () => {
  let uptime = NOW_MS / 1000;
  const hosts = ["a", "b"].map((name) => leasedHost(name, reportOf([cellOf(1)])));
  const next = createFleetReporter(
    {
      look: async () => ({ kind: "etcd", answeredMs: NOW_MS, hosts }),
      homesOf: async () => {
        uptime += 3600;
        return new Map();
      },
    },
    { now: () => NOW, uptime: () => uptime },
  );
  const { report } = await next();
  expect(report.hosts.map(({ state }) => state)).toEqual(["live", "live"]);
  expect(report.answered_at).toBe(NOW.toISOString());
});

test("no homes are asked for after a look that etcd did not answer", async () => {
  const hosts = ["a", "b"].map((name) => leasedHost(name, reportOf([cellOf(1)])));
  const next = createFleetReporter(
    {
      look: async () => ({ kind: "etcd", answeredMs: NOW_MS, hosts }),
      failure: new OperatorError("unavailable", "no answer", "look again"),
      homesOf: () => Promise.reject(new Error("asked")),
    },
    CLOCK,
  );
  expect((await next()).report.twice).toMatchObject([{ mission_id: missionOf(1), home: null }]);
});
