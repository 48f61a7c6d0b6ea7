/**
 * Records in etcd of another version, or by a hostile hand: a host holds, a view goes on, and both say why.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { connectEtcd, type EtcdClient } from "../../lib/fleet/etcd/client.ts";
import { createEtcdView } from "../../lib/fleet/etcd/etcd-view.ts";
import { putKey } from "../../lib/fleet/etcd/operations.ts";
import { createFleetReporter } from "../../lib/fleet/fleet-reporter.ts";
import { hostClock } from "../../lib/host/clock.ts";
import { until } from "../tools/background.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { accessTo, type EtcdServers, startServer, stopServers } from "../tools/etcd.ts";
import { fleetHost, KEYS, reportOf } from "../tools/fleet.ts";
import { hostOf } from "../tools/fleet-daemon.ts";
import { NASTY } from "../tools/hostile.ts";
import { lacking } from "../tools/needs.ts";
import { command, run } from "../tools/program.ts";
import { DEAD, stopDaemons } from "../tools/supervised.ts";

const missing = lacking("etcd");
/** What a later version might write. */
const LATER = JSON.stringify({ v: 2, run: { boot: "x" }, interval: "1s" });
stopServers();
stopDaemons();

const packed = (host: string, more: object = {}) =>
  gzipSync(JSON.stringify({ ...reportOf(1), host, ...more }));

describe.skipIf(missing !== "")(`records that are not of this version${missing}`, () => {
  let servers: EtcdServers;
  let etcd: EtcdClient;
  const put = (key: string, value: string | Uint8Array) => etcd.txn([], [putKey(key, value)]);
  const fleet = (...args: string[]) =>
    run([...command("executable", "lazarus-pit"), "fleet", ...args], {
      env: { LAZARUS_PIT_FLEET_ETCD: JSON.stringify({ endpoints: servers.endpoints }) },
    });
  beforeAll(async () => {
    servers = await startServer();
    etcd = connectEtcd(accessTo(servers));
  });

  test("a view shows a host whose lease has a record of a later version, and one whose clock is ahead", async () => {
    await put(KEYS.host("alive", "later"), LATER);
    await put(KEYS.host("reports", "later"), packed("later"));
    await put(KEYS.host("alive", "ahead"), "{}");
    const ahead = { generated_at: "2031-01-01T12:00:00.000Z" };
    await put(KEYS.host("reports", "ahead"), packed("ahead", ahead));
    const clock = hostClock();
    const nowMs = () => 1000 * clock.uptime();
    const view = createEtcdView({ etcd, keys: KEYS, nowMs, pollMs: 5000 });
    const { report } = await createFleetReporter(view, clock)();
    expect(report.hosts).toMatchObject([
      { name: "ahead", state: "live" },
      { name: "later", state: "live", version: null },
    ]);
  });

  test("a host does not take a name whose record it cannot read", async () => {
    const later = fleetHost(accessTo(servers), "later");
    await later.round(1);
    expect(later.whyNot(1)).toBe(
      'etcd has not confirmed that its home is here: The fleet has another host called "later"',
    );
  });

  test("a host that is forgotten by a note of a later version is waited for, and may come back", async () => {
    const gone = fleetHost(accessTo(servers), "gone");
    await gone.round(5);
    await gone.leave();
    await put(KEYS.host("leaving", "gone"), LATER);
    await put(KEYS.host("timer", "gone"), "");
    const waiting = await fleet("forget", "gone");
    expect(waiting).toMatchObject({ code: 75, stdout: "" });
    expect(waiting.stderr).toContain("it may revive its missions until a time that is not known");
    await gone.round(5);
    expect(gone.whyNot(5)).toBeUndefined();
  });

  test("a home with control characters holds, and leaves the terminal alone", async () => {
    await put(KEYS.home(idOf(9)), NASTY);
    const place = hostOf(servers.endpoints, "alpha", []);
    writeCell(place.root, idOf(9), DEAD);
    const daemon = place.start("executable", "--fleet");
    const plan = async () => (await place.call("executable", "--plan")).stdout;
    await until(async () => (await plan()).includes("its home is"));
    expect(await plan()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(place.done()).toEqual([]);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });
});
