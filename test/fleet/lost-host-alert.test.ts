/**
 * A host of a real fleet that is lost, as a real Prometheus with the alerts of config/ tells it.
 */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { backgrounds, until } from "../tools/background.ts";
import { startEndpoint, stopEndpoints } from "../tools/endpoint.ts";
import { startServer, stopServers } from "../tools/etcd.ts";
import { hostOf, isConfirmed } from "../tools/fleet-daemon.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";
import { ALERTS, type Prometheus, startPrometheus } from "../tools/prometheus.ts";
import { stopDaemons } from "../tools/supervised.ts";

const missing = lacking("etcd", "prometheus");
const here = scratch();
const start = backgrounds();
stopEndpoints();
stopServers();
stopDaemons();

/** The page of the view: an alert links it. */
const PAGE = "https://fleet.example/";

/** The alerts about hosts that fire, by name and host. */
const firing = async (prometheus: Prometheus): Promise<readonly string[]> =>
  (await prometheus.alerts())
    .filter(({ state, labels }) => state === "firing" && labels["fleet_host"] !== undefined)
    .map(({ labels }) => `${labels["alertname"]} ${labels["fleet_host"]}`);

test.skipIf(missing !== "")(
  `FleetHostLost fires for a killed host only, and ends when that is back${missing}`,
  async () => {
    const { endpoints } = await startServer();
    const [alpha, beta] = [hostOf(endpoints, "alpha", []), hostOf(endpoints, "beta", [])];
    const killed = alpha.start("executable", "--fleet");
    const other = beta.start("executable", "--fleet");
    await Promise.all([isConfirmed(alpha), isConfirmed(beta)]);
    const config = join(here, "view.json");
    writeFileSync(config, JSON.stringify({ fleet_etcd: { endpoints }, public_url: PAGE }));
    const flags = ["--fleet", "--scan-interval=1s", `--config=${config}`];
    const view = await startEndpoint("executable", ...flags);
    const prometheus = startPrometheus(start, {
      directory: here,
      target: `127.0.0.1:${view.port}`,
      // The cases of promtool hold the minutes; here a condition must hold for a second.
      alerts: ALERTS.replaceAll(/\bfor: \d+m$/gm, "for: 1s"),
      hasToken: false,
    });
    const live = async () => prometheus.query('lazarus_pit_fleet_host_state{state="live"} == 1');
    await until(async () => (await live()).length === 2);
    await until(async () => (await firing(prometheus)).length === 0);

    killed.signal("SIGKILL");
    await until(async () => (await firing(prometheus)).join() === "FleetHostLost alpha");
    const alert = (await prometheus.alerts()).find(
      ({ labels }) => labels["alertname"] === "FleetHostLost",
    );
    expect(alert).toMatchObject({
      labels: { severity: "critical", job: "lazarus-pit", state: "lost" },
      annotations: {
        summary: `alpha is lost to 127.0.0.1:${view.port}: it does not run, or cannot be reached`,
        runbook: expect.stringContaining("lazarus-pit fleet hosts says why"),
        page: PAGE,
      },
    });

    const again = alpha.start("executable", "--fleet");
    await until(async () => (await firing(prometheus)).length === 0 && (await live()).length === 2);
    for (const daemon of [again, other]) expect(await daemon.stop()).toMatchObject({ code: 0 });
    expect(await view.stop()).toMatchObject({ code: 0 });
  },
);
