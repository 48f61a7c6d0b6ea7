/**
 * The page of a fleet of 200 hosts with 50 cells each, which publish to a real etcd: a host that is cut
 * off is grey within the bound, with what was last known of it, and comes back by itself.
 */
import { afterAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetTimes } from "../../lib/fleet/etcd/session.ts";
import { PATIENCE_MS } from "../tools/background.ts";
import { browser, HAS_BROWSER, serveHealth } from "../tools/browser.ts";
import { wayTo } from "../tools/cuttable.ts";
import { accessTo, type EtcdServers, startServer, stopServers } from "../tools/etcd.ts";
import { fleetHost } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";

const missing = lacking("etcd", "chromium");
const [HOSTS, CELLS, CUT] = [200, 50, 7];
const TIMES: FleetTimes = { lease: 20, alone: 60, margin: 10, refresh: 60 };
const TICK_MS = 5000;
/** The lease, which etcd may end late, a tick, and two polls of a view that looks each second. */
const BOUND_MS = 1000 * 2 * TIMES.lease + TICK_MS + 2000;
const nameOf = (at: number) => `host${String(at).padStart(3, "0")}`;
const here = scratch();
const open = browser();
const stop = new AbortController();
stopServers();
afterAll(() => stop.abort());

/** Hosts that publish until the end; one of them by a way that can be cut. */
async function startHosts(servers: EtcdServers) {
  const way = await wayTo(servers.endpoints[0] ?? "");
  const rounds = Array.from({ length: HOSTS }, (_, at) => {
    const access = at === CUT ? { endpoints: [way.endpoint] } : accessTo(servers);
    const host = fleetHost({ ...access, tryMs: 4000 }, nameOf(at), { times: TIMES });
    const ids = Array.from({ length: CELLS }, (_cell, cell) => at * CELLS + cell);
    return () => host.round(...ids);
  });
  // Joining is what writes: all at once, they would time out on a busy machine.
  for (let at = 0; at < HOSTS; at += 10) {
    const some = rounds.slice(at, at + 10);
    await Promise.all(some.map((round) => round()));
    for (const round of some) void keep(round);
  }
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
    const way = await startHosts(servers);
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
    expect(await text("host-text")).toContain("50 cells, 50 healthy");
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
