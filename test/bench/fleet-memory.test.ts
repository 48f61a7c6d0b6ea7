/**
 * The memory that a view of a fleet holds at most, as multiples of a view of two hosts: `serve-health
 * --fleet` with etcd, 50 cells a host.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "bun:test";
import type { FleetOverview } from "../../lib/contract/fleet-report.ts";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import { putKey } from "../../lib/fleet/etcd/operations.ts";
import { fleetKeys } from "../../lib/fleet/rules/keys.ts";
import { startEndpoint, stopEndpoints, until } from "../tools/endpoint.ts";
import { accessTo, type EtcdServers, startServer, stopServers } from "../tools/etcd.ts";
import { cellOf, reportOf } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";

const [CELLS, AT_ONCE, LOOKS] = [50, 20, 5];
/** By hosts. Measured for 10,000 cells: 1.46 and 1.53, for 50,000: 2.51 and 2.66. */
const MOST = { 200: 2.2, 1000: 4 } as const;
const SIZES = [200, 1000] as const;

const lack = lacking("etcd");
const folder = scratch();
stopEndpoints();
stopServers();

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const prefixOf = (hosts: number) => `/of-${hosts}/`;

/** What a host writes, packed. */
function reportIn(host: string, at: number): Uint8Array {
  const cells = numbers(CELLS).map((n) => cellOf(at * CELLS + n));
  return gzipSync(JSON.stringify({ ...reportOf(...cells), host }));
}

/** Writes the records of hosts under a prefix of their own. */
async function publish(servers: EtcdServers, hosts: number): Promise<void> {
  const etcd = connectEtcd(accessTo(servers));
  const keys = fleetKeys(prefixOf(hosts));
  for (let at = 0; at < hosts; at += AT_ONCE)
    await Promise.all(
      numbers(Math.min(AT_ONCE, hosts - at)).map((n) => {
        const name = `h${at + n}`;
        const report = putKey(keys.host("reports", name), reportIn(name, at + n));
        return etcd.txn([], [putKey(keys.host("alive", name), "x"), report]);
      }),
    );
}

/** What a view held at most after some looks at these hosts, in megabytes. */
async function peakOfView({ endpoints }: EtcdServers, hosts: number): Promise<number> {
  const config = join(folder, `${hosts}.json`);
  const fleet_etcd = { endpoints, prefix: prefixOf(hosts) };
  writeFileSync(config, JSON.stringify({ fleet_etcd }));
  const view = await startEndpoint(
    "executable",
    "--fleet",
    "--scan-interval=1s",
    `--config=${config}`,
  );
  const overview = async () => (await (await view.get("/v1/fleet")).json()) as FleetOverview;
  await until(async () => (await overview()).summary.hosts.live === hosts);
  for (const _ of numbers(LOOKS)) {
    const before = (await overview()).answered_at;
    await until(async () => (await overview()).answered_at !== before);
  }
  const status = readFileSync(`/proc/${view.pid}/status`, "utf8");
  await view.stop();
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

test.skipIf(lack !== "")(
  `a view of 10,000 cells holds at most ${MOST[200]} times the memory of one of 100, of 50,000 ${MOST[1000]}${lack}`,
  async () => {
    const servers = await startServer();
    const peaks = new Map<number, number>();
    for (const hosts of [2, ...SIZES]) {
      await publish(servers, hosts);
      peaks.set(hosts, await peakOfView(servers, hosts));
    }
    await servers.stop();
    const ratioOf = (hosts: number) => (peaks.get(hosts) ?? Number.NaN) / (peaks.get(2) ?? 0);
    for (const [hosts, peak] of peaks)
      console.log(
        `a view of ${hosts * CELLS} cells: ${peak.toFixed(0)} MB, ratio ${ratioOf(hosts).toFixed(2)}`,
      );
    for (const hosts of SIZES) expect(ratioOf(hosts)).toBeLessThanOrEqual(MOST[hosts]);
  },
);
