/**
 * `serve-health --fleet` with a real etcd: what it shows of hosts that live and go.
 */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetOverview } from "../../lib/contract/fleet-report.ts";
import { type Endpoint, startEndpoint, stopEndpoints, until } from "../tools/endpoint.ts";
import { accessTo, loopbackPlace, startServer, startServers, stopServers } from "../tools/etcd.ts";
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

test.skipIf(missing !== "").each(ONE_FORM)(
  "a %s that etcd has not answered is not ready, and logs why, once",
  async (form) => {
    const place = loopbackPlace();
    const config = join(here, "away.json");
    writeFileSync(config, JSON.stringify({ fleet_etcd: { endpoints: [place.client] } }));
    const socket = join(here, "s");
    const get = (path: string) => fetch(`http://localhost${path}`, { unix: socket });
    const flags = ["--fleet", "--scan-interval=1s", `--config=${config}`];
    // It is ready only once etcd answers.
    const starting = startEndpoint(form, ...flags, `--listen=unix:${socket}`);
    const notReady = "not ready: etcd has not answered yet\n";
    await until(async () => (await (await get("/readyz")).text()) === notReady);
    const health = (await (await get("/health")).json()) as object;
    expect(health).toMatchObject({ status: "fail", output: "etcd has not answered yet" });
    const lookedAt = async () =>
      ((await (await get("/v1/fleet")).json()) as FleetOverview).generated_at;
    const first = await lookedAt();
    await until(async () => (await lookedAt()) > first);
    startServers([place]);
    const { code, stderr } = await (await starting).stop();
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^(?:serve-health: error: Cannot reach etcd at .*\nserve-health: hint: .*\nserve-health: etcd answers again\n)+$/,
    );
  },
);
