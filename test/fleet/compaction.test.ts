/**
 * Compaction of etcd before each single request changes nothing of what hosts, views and operators see.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { connectEtcd, type EtcdClient } from "../../lib/fleet/etcd/client.ts";
import { createEtcdView } from "../../lib/fleet/etcd/etcd-view.ts";
import { forgetHost } from "../../lib/fleet/etcd/forget.ts";
import { putKey, removeKey } from "../../lib/fleet/etcd/operations.ts";
import { createFleetReporter } from "../../lib/fleet/fleet-reporter.ts";
import { accessTo, type EtcdServers, startServer, stopServers } from "../tools/etcd.ts";
import { cellOf, fleetHost, KEYS, SHORT } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";

const missing = lacking("etcd");
stopServers();

describe.skipIf(missing !== "")(`with compaction before each request${missing}`, () => {
  let servers: EtcdServers;
  let direct: EtcdClient;
  let compactions = 0;
  beforeAll(async () => {
    servers = await startServer();
    direct = connectEtcd(accessTo(servers));
  });

  /** Writes, and drops the whole history up to that. */
  async function compact(): Promise<void> {
    const { revision } = await direct.txn([], [putKey("/other", `${compactions}`)]);
    await direct.call("/v3/kv/compaction", { revision: String(revision), physical: true });
    compactions += 1;
  }
  /** Makes a client compact before each of its requests. */
  function compacting(etcd: EtcdClient): EtcdClient {
    const [txn, call] = [etcd.txn.bind(etcd), etcd.call.bind(etcd)];
    etcd.txn = async (...args) => compact().then(() => txn(...args));
    etcd.call = async (...args) => compact().then(() => call(...args));
    return etcd;
  }

  test("hosts join, take homes, publish, obey, leave and are forgotten, and a view shows it", async () => {
    const [alpha, beta] = ["alpha", "beta"].map((name) => {
      const host = fleetHost(accessTo(servers), name, { times: { ...SHORT, lease: 300 } });
      compacting(host.etcd);
      return host;
    });
    if (alpha === undefined || beta === undefined) throw new Error();
    const etcd = compacting(connectEtcd(accessTo(servers)));
    const clock = simulatedClock();
    const nowMs = () => 1000 * clock.uptime();
    const view = createEtcdView({ etcd, keys: KEYS, nowMs, pollMs: 5000 });
    const report = createFleetReporter(view, clock);
    const states = async () =>
      (await report()).report.hosts.map(({ name, state, critical }) => [name, state, critical]);

    const ids = Array.from({ length: 120 }, (_, n) => n);
    await alpha.round(...ids);
    await beta.round(...ids, 500);
    expect(await states()).toEqual([
      ["alpha", "live", 0],
      ["beta", "live", 0],
    ]);
    expect([alpha.whyNot(119), beta.whyNot(500)]).toEqual([undefined, undefined]);
    expect(beta.whyNot(119)).toBe("its home is alpha: it was there first");

    await direct.txn([], [putKey(KEYS.fleetHold, '{"at":"2026-01-01T12:00:00Z"}')]);
    await alpha.round(cellOf(0, "stale"), ...ids.slice(1));
    expect(alpha.whyNot(1)).toContain("stopped revivals here");
    expect(await states()).toContainEqual(["alpha", "live", 1]);
    await direct.txn([], [removeKey(KEYS.fleetHold)]);

    await alpha.leave();
    clock.pass(1);
    expect(await states()).toContainEqual(["alpha", "silent", 0]);
    const request = { etcd, keys: KEYS, margin: 2, host: "alpha", by: "me", now: new Date() };
    expect(await forgetHost({ ...request, isOff: false })).toMatchObject({ outcome: "noted" });
    const done = await forgetHost({ ...request, isOff: true });
    expect(done).toEqual({ outcome: "forgotten", homes: 120 });
    await beta.round(...ids, 500);
    expect(beta.whyNot(119)).toBeUndefined();
    expect(await states()).toEqual([["beta", "live", 0]]);
    expect([alpha.restored, beta.restored]).toEqual([[], []]);
    expect(compactions).toBeGreaterThan(30);
  });
});
