/**
 * The view of a fleet with a real etcd: what it shows of hosts that live, go, come back, or lie.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { connectEtcd, type EtcdClient } from "../../lib/fleet/etcd/client.ts";
import { createEtcdView } from "../../lib/fleet/etcd/etcd-view.ts";
import { listKeys, putKey, removeKey } from "../../lib/fleet/etcd/operations.ts";
import { createFleetReporter } from "../../lib/fleet/fleet-reporter.ts";
import { fleetKeys } from "../../lib/fleet/rules/keys.ts";
import { until } from "../tools/background.ts";
import {
  accessTo,
  type EtcdServers,
  loopbackPlace,
  startServer,
  startServers,
  stopServers,
} from "../tools/etcd.ts";
import { cellOf, fleetHost, KEYS, reportOf, SHORT } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";

const missing = lacking("etcd");
stopServers();

/**
 * A view with a clock of its own; `look` gives the states of hosts by name. `beforeTxn` is called with
 * the first operation of each transaction.
 */
function viewOf(
  servers: EtcdServers,
  prefix = "/lazarus-pit/v1/",
  beforeTxn: (operation: string) => unknown = () => {},
) {
  const clock = simulatedClock();
  const etcd = connectEtcd({ ...accessTo(servers), tryMs: 1000, allTriesMs: 1500 });
  const txn = etcd.txn.bind(etcd);
  etcd.txn = async (...args) => {
    await beforeTxn(JSON.stringify(args[1][0]));
    return txn(...args);
  };
  const keys = fleetKeys(prefix);
  const nowMs = () => 1000 * clock.uptime();
  const view = createEtcdView({ etcd, keys, nowMs, pollMs: 5000 });
  const reporter = createFleetReporter(view, clock);
  const report = async () => (await reporter()).report;
  const look = async () =>
    Object.fromEntries((await report()).hosts.map(({ name, state }) => [name, state]));
  return { clock, view, report, look };
}

const packed = (more: object) => gzipSync(JSON.stringify({ ...reportOf(1), ...more }));

describe.skipIf(missing !== "")(`a view of etcd${missing}`, () => {
  let servers: EtcdServers;
  let etcd: EtcdClient;
  beforeAll(async () => {
    servers = await startServer();
    etcd = connectEtcd(accessTo(servers));
  });

  test("shows hosts while they live, with their reports, homes and versions", async () => {
    const [alpha, beta] = ["alpha", "beta"].map((name) => fleetHost(accessTo(servers), name));
    await alpha?.round(1, cellOf(2, "stale"));
    await beta?.round(1, 3);
    const { report } = viewOf(servers);
    const first = await report();
    expect(first.hosts).toMatchObject([
      { name: "alpha", state: "live", version: "0", held: false, critical: 1 },
      { name: "beta", state: "live", version: "0", held: false, critical: 0 },
    ]);
    expect(first.twice).toMatchObject([{ hosts: ["alpha", "beta"], home: "alpha" }]);
    await alpha?.round(1, 2);
    await etcd.txn([], [putKey(KEYS.hostHold("beta"), '{"at":"2026-01-01T12:00:00Z"}')]);
    const next = await report();
    expect(next.hosts).toMatchObject([{ critical: 0, held: false }, { held: true }]);
    await etcd.txn([], [removeKey(KEYS.hostHold("beta"))]);
  });

  test("sees that one host went and another came between two looks", async () => {
    const [one, other] = ["one", "other"].map((name) => fleetHost(accessTo(servers), name));
    await one?.round(11);
    const { look } = viewOf(servers);
    expect(await look()).toMatchObject({ one: "live" });
    await one?.leave();
    await other?.round(12);
    expect(await look()).toMatchObject({ one: "silent", other: "live" });
    await other?.leave();
    expect(await look()).toMatchObject({ one: "silent", other: "silent" });
    await one?.round(11);
    expect(await look()).toMatchObject({ one: "live", other: "silent" });
    await one?.leave();
  });

  test("calls a host silent when its lease goes, and lost after 15 s; live again at its next round", async () => {
    const gamma = fleetHost(accessTo(servers), "gamma", { times: SHORT });
    await gamma.round(4);
    const { look, clock, report } = viewOf(servers);
    expect(await look()).toMatchObject({ gamma: "live" });
    await until(async () => (await look())["gamma"] === "silent");
    clock.pass(14.9);
    expect(await look()).toMatchObject({ gamma: "silent" });
    clock.pass(0.1);
    expect(await look()).toMatchObject({ gamma: "lost" });
    expect((await report()).cells.filter(({ host }) => host === "gamma")).toMatchObject([
      { known: false, status: "healthy" },
    ]);
    expect(await viewOf(servers).look()).toMatchObject({ gamma: "lost" });
    await gamma.round(4);
    expect(await look()).toMatchObject({ gamma: "live" });
  });

  const put = (key: string, value: string | Uint8Array) => etcd.txn([], [putKey(key, value)]);

  test("believes no report from before a host came back", async () => {
    const keys = fleetKeys("/back/");
    const { look } = viewOf(servers, "/back/");
    await put(keys.host("alive", "beta"), "x");
    await put(keys.host("reports", "beta"), packed({ host: "beta" }));
    expect(await look()).toEqual({ beta: "live" });
    await put(keys.host("alive", "beta"), "y");
    expect(await look()).toEqual({ beta: "silent" });
    await put(keys.host("reports", "beta"), packed({ host: "beta" }));
    expect(await look()).toEqual({ beta: "live" });
  });

  test("believes a host that came back, and reported, while its lease was listed", async () => {
    const keys = fleetKeys("/meanwhile/");
    const writeAll = async (run: string) => {
      await put(keys.host("alive", "beta"), run);
      await put(keys.host("reports", "beta"), packed({ host: "beta" }));
    };
    const listOfLeases = JSON.stringify(
      listKeys(keys.all("alive"), { keys_only: true, limit: "2000" }),
    );
    let lists = 0;
    const { look } = viewOf(servers, "/meanwhile/", async (operation) => {
      if (operation === listOfLeases && ++lists < 3) await writeAll(`run ${lists}`);
    });
    await writeAll("run 0");
    expect(await look()).toEqual({ beta: "live" });
    expect(await look()).toEqual({ beta: "live" });
    expect(lists).toBe(2);
  });

  test("calls a host silent that keeps its lease and does not renew its report", async () => {
    await fleetHost(accessTo(servers), "delta").round(5);
    const { look, clock } = viewOf(servers);
    await look();
    clock.pass(180);
    expect(await look()).toMatchObject({ delta: "live" });
    clock.pass(1);
    expect(await look()).toMatchObject({ delta: "silent" });
  });

  test("shows nothing as known while etcd does not answer, and all again when it does", async () => {
    const place = loopbackPlace();
    const own = startServers([place]);
    await own.ready(0);
    await fleetHost(accessTo(own), "alpha").round(1);
    const { look, clock, view } = viewOf(own);
    expect(await look()).toEqual({ alpha: "live" });
    await own.kill(0);
    clock.pass(20);
    expect(await look()).toEqual({ alpha: "live" });
    expect(view.failure?.message).toStartWith("Cannot reach etcd at");
    clock.pass(0.1);
    expect(await look()).toEqual({ alpha: "unknown" });
    own.start(0);
    await own.ready(0);
    expect(await look()).toEqual({ alpha: "live" });
    expect(view.failure).toBeUndefined();
    await own.stop();
  });

  test("reads all anew from an etcd that was restored from a backup, and hosts ask for their homes anew", async () => {
    const place = loopbackPlace();
    const [own, alpha] = [startServers([place]), fleetHost({ endpoints: [place.client] }, "alpha")];
    await own.ready(0);
    const beta = fleetHost({ endpoints: [place.client] }, "beta");
    await beta.round(1, 2);
    await alpha.round(1, 3, 4, 5);
    await alpha.round(1, 3, 4, cellOf(5, "stale"));
    const { look } = viewOf(own);
    expect(await look()).toEqual({ alpha: "live", beta: "live" });
    await own.kill(0);
    // The oldest backup that there is: nothing.
    const restored = startServers([place]);
    await restored.ready(0);
    await alpha.round(1, 3);
    expect(alpha.restored).toHaveLength(1);
    expect([alpha.whyNot(1), alpha.whyNot(3)]).toEqual([undefined, undefined]);
    await beta.round(1, 2);
    expect([beta.whyNot(1), beta.whyNot(2)]).toEqual([
      "its home is alpha: it was there first",
      undefined,
    ]);
    expect(await look()).toEqual({ alpha: "live", beta: "live" });
    await restored.stop();
    await own.stop();
  });

  test("reads 450 hosts in pages, and drops those that were forgotten", async () => {
    const keys = fleetKeys("/many/");
    const names = Array.from({ length: 450 }, (_, n) => `h${n}`);
    const putReport = (name: string) =>
      putKey(keys.host("reports", name), gzipSync(JSON.stringify({ ...reportOf(1), host: name })));
    for (let at = 0; at < names.length; at += 50)
      await etcd.txn([], names.slice(at, at + 50).map(putReport));
    const { look } = viewOf(servers, "/many/");
    expect(Object.keys(await look())).toHaveLength(450);
    await etcd.txn([], [removeKey(keys.host("reports", "h7")), putReport("h8")]);
    const left = await look();
    expect(Object.keys(left)).toHaveLength(449);
    expect(left["h7"]).toBeUndefined();
  });

  test("shows a host that lies as unreadable, says why, and shows the others", async () => {
    const keys = fleetKeys("/hostile/");
    const cells = Array.from({ length: 25_000 }, (_, n) => cellOf(n));
    const written: [string, Uint8Array | string, string][] = [
      ["bomb", gzipSync("a".repeat(64 * 1024 * 1024)), "what it wrote is not a packed report"],
      ["brackets", gzipSync("[".repeat(4_000_000)), "it is nested more than 64 deep"],
      ["cells", packed({ host: "cells", cells }), "what it wrote is not a packed report"],
      ["newer", packed({ schema_version: 9 }), "written by a newer version (report 9)"],
      ["noise", crypto.getRandomValues(new Uint8Array(60_000)), "not a packed report"],
      ["other", packed({ host: "sound" }), 'it wrote the report of "sound"'],
      ["text", "hello", "what it wrote is not a packed report"],
    ];
    for (const [name, value] of [...written, ["sound", packed({ host: "sound" })] as const])
      await etcd.txn(
        [],
        [putKey(keys.host("reports", name), value), putKey(keys.host("alive", name), "x")],
      );
    const odd = ["UPPER", "with space", "../up", "a/b"].map((name) => keys.host("alive", name));
    await etcd.txn(
      [],
      odd.map((key) => putKey(key, "x")),
    );
    const found = (await viewOf(servers, "/hostile/").report()).hosts;
    expect(found.map(({ name, state }) => [name, state])).toEqual([
      ...written.slice(0, 6).map(([name]) => [name, "unreadable"]),
      ["sound", "live"],
      ["text", "unreadable"],
    ]);
    for (const [name, , why] of written)
      expect(found.find((host) => host.name === name)?.why).toContain(why);
  });
});
