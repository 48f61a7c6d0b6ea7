/**
 * `serve-health --fleet` with a real etcd: what it shows of hosts that live and go.
 */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetOverview } from "../../lib/contract/fleet-report.ts";
import { type Endpoint, startEndpoint, stopEndpoints, until } from "../tools/endpoint.ts";
import { accessTo, startServer, stopServers } from "../tools/etcd.ts";
import { cellOf, fleetHost } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { ONE_FORM, scratch } from "../tools/program.ts";

const missing = lacking("etcd");
const here = scratch();
stopEndpoints();
stopServers();

/** The hosts that it shows, each with its state. */
async function shown(endpoint: Endpoint): Promise<Record<string, string>> {
  const overview = (await (await endpoint.get("/v1/fleet")).json()) as FleetOverview;
  return Object.fromEntries(overview.hosts.map(({ name, state }) => [name, state]));
}

test.skipIf(missing !== "").each(ONE_FORM)(
  "a %s shows hosts of etcd while they live, and when they are gone",
  async (form) => {
    const servers = await startServer();
    const access = accessTo(servers);
    const [alpha, beta] = [fleetHost(access, "alpha"), fleetHost(access, "beta")];
    await alpha.round(1, cellOf(2, "stale"));
    await beta.round(3);
    await beta.leave();
    const config = join(here, "c.json");
    const { endpoints } = servers;
    writeFileSync(config, JSON.stringify({ fleet_etcd: { endpoints } }));
    const flags = ["--fleet", "--scan-interval=1s", `--config=${config}`];
    const endpoint = await startEndpoint(form, ...flags);
    await until(async () => (await shown(endpoint))["alpha"] === "live");
    expect(await shown(endpoint)).toEqual({ alpha: "live", beta: "lost" });
    const metrics = await (await endpoint.get("/metrics")).text();
    expect(metrics).toContain('lazarus_pit_fleet_cells{status="stale"} 1\n');
    expect((await endpoint.get("/readyz")).status).toBe(200);
    await alpha.leave();
    await until(async () => (await shown(endpoint))["alpha"] === "silent");
    await beta.round(3);
    await until(async () => (await shown(endpoint))["beta"] === "live");
    expect(await endpoint.stop()).toMatchObject({ code: 0 });
  },
);
