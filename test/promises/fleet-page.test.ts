/**
 * The page of a fleet of 200 hosts with 50 cells each, read from a real etcd: a host that is cut off is
 * grey within the bound, with what was last known of it, and comes back by itself.
 */
import { afterAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import { putKey } from "../../lib/fleet/etcd/operations.ts";
import type { FleetTimes } from "../../lib/fleet/etcd/session.ts";
import { PATIENCE_MS } from "../tools/background.ts";
import { browser, HAS_BROWSER, serveHealth } from "../tools/browser.ts";
import { type Way, wayTo } from "../tools/cuttable.ts";
import { accessTo, type EtcdServers, startServer, stopServers } from "../tools/etcd.ts";
import { fleetHost, KEYS, reportOf } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";

const missing = lacking("etcd", "chromium");
const [HOSTS, CELLS, CUT] = [200, 50, 7];
const TIMES: FleetTimes = { lease: 10, alone: 60, margin: 10, refresh: 60 };
const TICK_MS = 2000;
/** The lease, which etcd may end late, a tick, and two polls of a view that looks each second. */
const BOUND_MS = 1000 * 2 * TIMES.lease + TICK_MS + 2000;
const nameOf = (at: number) => `host${String(at).padStart(3, "0")}`;
const idsOf = (at: number) => Array.from({ length: CELLS }, (_, cell) => at * CELLS + cell);
const here = scratch();
const open = browser();
const stop = new AbortController();
stopServers();
afterAll(() => stop.abort());

/** Writes what the other hosts have written, without a lease that ends. */
async function writeOthers(servers: EtcdServers): Promise<void> {
  const etcd = connectEtcd(accessTo(servers));
  for (let at = 0; at < HOSTS; at += 1) {
    if (at === CUT) continue;
    const report = gzipSync(JSON.stringify({ ...reportOf(...idsOf(at)), host: nameOf(at) }));
    const [alive, reports] = (["alive", "reports"] as const).map((kind) =>
      KEYS.host(kind, nameOf(at)),
    );
    await etcd.txn([], [putKey(alive ?? "", "{}"), putKey(reports ?? "", report)]);
  }
}

/** A host that publishes until the end, by a way that can be cut. */
async function startHost(servers: EtcdServers): Promise<Way> {
  const way = await wayTo(servers.endpoints[0] ?? "");
  const host = fleetHost({ endpoints: [way.endpoint] }, nameOf(CUT), { times: TIMES });
  await host.round(...idsOf(CUT));
  void keep(() => host.round(...idsOf(CUT)));
  return way;
}

async function keep(round: () => Promise<void>): Promise<void> {
  while (!stop.signal.aborted) {
    await Bun.sleep(TICK_MS);
    await round().catch(() => {});
  }
}

test.skipIf(missing !== "" || !HAS_BROWSER)(
  `a host that is cut off is grey in time, with what was last known, and comes back${missing}`,
  async () => {
    const servers = await startServer();
    await writeOthers(servers);
    const way = await startHost(servers);
    const config = join(here, "c.json");
    writeFileSync(config, JSON.stringify({ fleet_etcd: { endpoints: servers.endpoints } }));
    const flags = ["--fleet", `--config=${config}`, "--listen=127.0.0.1:0"];
    const { page, errors } = await open((await serveHealth("executable", ...flags)).url);
    const cut = (state: string) =>
      page.locator(`#hosts [data-host="${nameOf(CUT)}"]${state}`).waitFor();
    const text = (id: string) => page.locator(`#${id}`).textContent();
    const rows = (kind: string) =>
      page
        .locator(`#rows tr${kind}`)
        .nth(CELLS - 1)
        .waitFor();
    await page
      .locator(`#hosts [data-state="live"]`)
      .nth(HOSTS - 1)
      .waitFor();
    await page.locator(`#hosts [data-host="${nameOf(CUT)}"]`).click();
    await rows(":not(.not-known)");

    way.cut();
    const since = performance.now();
    await cut(':not([data-state="live"])');
    expect(performance.now() - since).toBeLessThan(BOUND_MS);
    await rows(".not-known");
    expect(await page.locator("#rows tr").first().textContent()).toContain(
      "not known, was healthy",
    );
    expect(await text("cell-counts")).toContain(`${CELLS}not known`);
    await cut('[data-state="lost"]');
    expect(await text("host-text")).toMatch(/50 cells\D+50 healthy/);
    expect(await page.locator('#hosts [data-state="live"]').count()).toBe(HOSTS - 1);

    way.mend();
    await cut('[data-state="live"]');
    await rows(":not(.not-known)");
    expect(await text("cell-counts")).toContain(`${HOSTS * CELLS}healthy`);
    expect(errors).toEqual([]);
    way.stop();
  },
  3 * PATIENCE_MS,
);
