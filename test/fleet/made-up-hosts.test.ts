/**
 * Thousands of hosts that do not exist: on an etcd that lets any account write everything, one host can
 * make them up. A view still shows the real hosts, and does not pay for each of the others alone.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { connectEtcd, type EtcdClient } from "../../lib/fleet/etcd/client.ts";
import { createEtcdView } from "../../lib/fleet/etcd/etcd-view.ts";
import { putKey } from "../../lib/fleet/etcd/operations.ts";
import { createFleetReporter } from "../../lib/fleet/fleet-reporter.ts";
import { accessTo, type EtcdServers, startServer, stopServers } from "../tools/etcd.ts";
import { cellOf, fleetHost, KEYS, reportOf } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";
import { buildYardstick } from "../tools/yardstick.ts";

const [MADE_UP, AT_ONCE] = [3000, 50];
/** More than a view shows. */
const CROWD = 6000;
/** 16 pages of reports and 16 of the records of the leases, 2 lists, and twice what is new. */
const MOST_REQUESTS = 40;
/** Measured: 46 to 53. */
const MOST_MEGABYTES_MORE = 150;

const missing = lacking("etcd");
const noCompiler = lacking("etcd", "gcc");
const folder = scratch();
const peak = noCompiler === "" ? await buildYardstick(folder, "peak") : "";
stopServers();

/** A new view; `look` gives the report, and how many requests it took. */
function viewOf(servers: EtcdServers) {
  const clock = simulatedClock();
  const etcd = connectEtcd(accessTo(servers));
  const txn = etcd.txn.bind(etcd);
  let requests = 0;
  etcd.txn = (...args) => {
    requests += 1;
    return txn(...args);
  };
  const nowMs = () => 1000 * clock.uptime();
  const view = createEtcdView({ etcd, keys: KEYS, nowMs, pollMs: 5000 });
  const reporter = createFleetReporter(view, clock);
  return async () => {
    requests = 0;
    const { report } = await reporter();
    return { report, requests };
  };
}

type Look = Awaited<ReturnType<ReturnType<typeof viewOf>>>;

/** What a look shows of the real hosts. */
const realIn = ({ report }: Look) => ({
  hosts: report.hosts
    .filter(({ name }) => !name.startsWith("made-up-"))
    .map(({ name, state, critical }) => [name, state, critical]),
  cells: report.cells
    .filter(({ host }) => !host.startsWith("made-up-"))
    .map(({ host, known, status }) => [host, known, status]),
});

const REAL = {
  hosts: [
    ["alpha", "live", 0],
    ["beta", "live", 1],
  ],
  cells: [
    ["alpha", true, "healthy"],
    ["beta", true, "stale"],
  ],
};

const namesFrom = (start: number, count: number) =>
  Array.from({ length: count }, (_, n) => `made-up-${start + n}`);

/** A made-up report: every second one is sound. */
const reportIn = (name: string, n: number) =>
  n % 2 === 0 ? "noise" : gzipSync(JSON.stringify({ ...reportOf(1000 + n), host: name }));

const put = (kind: "alive" | "reports", name: string, value: string | Uint8Array) =>
  putKey(KEYS.host(kind, name), value);

/** Writes the records of hosts that do not exist. */
async function makeUpHosts(etcd: EtcdClient, count = MADE_UP): Promise<void> {
  for (let at = 0; at < count; at += AT_ONCE) {
    const names = namesFrom(at, AT_ONCE);
    await etcd.txn(
      [],
      names.map((name) => put("alive", name, "x")),
    );
    // Each in a transaction of its own, as hosts write them.
    await Promise.all(
      names.map((name, n) => etcd.txn([], [put("reports", name, reportIn(name, at + n))])),
    );
  }
}

/** The memory that a look by a process of its own holds at most, in megabytes. */
async function peakOfScan({ endpoints }: EtcdServers): Promise<number> {
  const scan = [...command("executable", "scan"), "--fleet", "--json"];
  const env = { LAZARUS_PIT_FLEET_ETCD: JSON.stringify({ endpoints }) };
  return Number((await run([peak, ...scan], { env })).stderr) / 1024;
}

describe.skipIf(missing !== "")(`${MADE_UP} made-up hosts${missing}`, () => {
  let servers: EtcdServers;
  let before = Number.NaN;
  let running: ReturnType<typeof viewOf>;
  beforeAll(async () => {
    servers = await startServer();
    await fleetHost(accessTo(servers), "alpha").round(1);
    const beta = fleetHost(accessTo(servers), "beta");
    await beta.round(2);
    running = viewOf(servers);
    await running();
    if (noCompiler === "") before = await peakOfScan(servers);
    await makeUpHosts(connectEtcd(accessTo(servers)));
    // Its report is the last one that a new view reads.
    await beta.round(cellOf(2, "stale"));
  });

  test("leave the real ones as they are, in a view that runs and in a new one", async () => {
    for (const look of [running, viewOf(servers)]) {
      const found = await look();
      expect(found.report.summary.hosts).toMatchObject({
        total: MADE_UP + 2,
        live: MADE_UP / 2 + 2,
        unreadable: MADE_UP / 2,
      });
      expect(realIn(found)).toEqual(REAL);
    }
  });

  test(`cost a first look at most ${MOST_REQUESTS} requests, and the next one`, async () => {
    const look = viewOf(servers);
    expect((await look()).requests).toBeLessThanOrEqual(MOST_REQUESTS);
    expect((await look()).requests).toBe(1);
  });

  test.skipIf(noCompiler !== "")(
    `cost a look at most ${MOST_MEGABYTES_MORE} MB more${noCompiler}`,
    async () => {
      const more = (await peakOfScan(servers)) - before;
      expect(more).toBeGreaterThan(0);
      expect(more).toBeLessThanOrEqual(MOST_MEGABYTES_MORE);
    },
  );
});

test.skipIf(missing !== "")(
  `${CROWD} made-up hosts, more than a view shows, hide no host that was there before${missing}`,
  async () => {
    const servers = await startServer();
    const hosts = ["alpha", "zeta"].map((name) => fleetHost(accessTo(servers), name));
    for (const [n, host] of hosts.entries()) await host.round(n + 1);
    await makeUpHosts(connectEtcd(accessTo(servers)), CROWD);
    // Their names come first and last, and their reports were written last.
    for (const [n, host] of hosts.entries()) await host.round(cellOf(n + 1, "stale"));
    const { hosts: found } = (await viewOf(servers)()).report;
    expect(found).toHaveLength(5000);
    const real = found.filter(({ name }) => !name.startsWith("made-up-"));
    expect(real).toMatchObject([
      { name: "alpha", state: "live", critical: 1 },
      { name: "zeta", state: "live", critical: 1 },
    ]);
    await servers.stop();
  },
);
