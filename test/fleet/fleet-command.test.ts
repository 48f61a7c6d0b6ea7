/**
 * `lazarus-pit fleet` with a real etcd: what an operator types, and what it says and does.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { loadSettings } from "../../lib/cli/settings.ts";
import { readFleetOrder } from "../../lib/fleet/commands/fleet-order.ts";
import { orderFleet } from "../../lib/fleet/commands/order-fleet.ts";
import { connectEtcd, type EtcdClient } from "../../lib/fleet/etcd/client.ts";
import { putKey } from "../../lib/fleet/etcd/operations.ts";
import { idOf } from "../tools/cells.ts";
import { accessTo, type EtcdServers, startServer, stopServers } from "../tools/etcd.ts";
import { cellOf, fleetHost, type FleetHost, KEYS } from "../tools/fleet.ts";
import { documentBlock } from "../tools/documents.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";

const missing = lacking("etcd");
const here = scratch();
const endOf = (n: number) => idOf(n).slice(-12);
const NO_FLAGS = { host: undefined, for: undefined, off: undefined, json: undefined };
stopServers();

describe.skipIf(missing !== "")(`lazarus-pit fleet${missing}`, () => {
  let etcd: EtcdClient;
  let alpha: FleetHost;
  const config = join(here, "c.json");
  const fleet = (...args: string[]) =>
    run([...command("executable", "lazarus-pit"), "fleet", ...args, "--config", config]);

  beforeAll(async () => {
    const servers: EtcdServers = await startServer();
    etcd = connectEtcd(accessTo(servers));
    writeFileSync(config, JSON.stringify({ fleet_etcd: { endpoints: servers.endpoints } }));
    alpha = fleetHost(accessTo(servers), "alpha");
    await alpha.round(1, cellOf(2, "stale"));
    const beta = fleetHost(accessTo(servers), "beta");
    await beta.round(3);
    await beta.leave();
  });

  test("lists the hosts, with why one is not live", async () => {
    const { stdout, code } = await fleet("hosts");
    expect(code).toBe(0);
    expect(stdout.split("\n")).toMatchObject([
      expect.stringMatching(/^NAME +STATE +LAST REPORT +CELLS +STALE +ROOT +VERSION +WHY$/),
      expect.stringMatching(/^alpha +live +20\S+ +2 +1 +\/var\/missions +0$/),
      expect.stringMatching(/^beta +lost .* it has no lease/),
      "",
    ]);
    const json = JSON.parse((await fleet("hosts", "--json")).stdout) as unknown;
    expect(json).toMatchObject([
      { name: "alpha", state: "live" },
      { name: "beta", state: "lost" },
    ]);
  });

  test("orders close the gate of a host at its next round, and lifting them opens it", async () => {
    const steps: [string[], string, string[]][] = [
      [
        ["hold", "--reason", "drain"],
        'here: "drain"; to start again, type: lazarus-pit fleet resume',
        ["resume"],
      ],
      [
        ["hold", "--host", "alpha", "--reason", "new kernel"],
        'here: "new kernel"; to start again, type: lazarus-pit fleet resume --host alpha',
        ["resume", "--host", "alpha"],
      ],
      [["snooze", idOf(1), "--for", "20m"], "snoozed it", ["release", idOf(1)]],
      [["quarantine", idOf(1), "--reason", "loops"], 'fleet: "loops"', ["release", idOf(1)]],
      [["snooze", endOf(1), "--for", "20m"], "snoozed it", ["release", endOf(1).toUpperCase()]],
    ];
    for (const [give, why, lift] of steps) {
      const given = await fleet(...give);
      expect(given).toMatchObject({ code: 0, stderr: "" });
      expect(given.stdout).toMatch(/once (?:each host|alpha) has ended its next round\n/);
      const isForAlpha = give.includes("--host");
      expect(given.stdout.endsWith("reach etcd again: beta\n")).toBe(!isForAlpha);
      await alpha.round(1);
      expect(alpha.whyNot(1)).toContain(why);
      expect(await fleet(...lift)).toMatchObject({ code: 0 });
      await alpha.round(1);
      expect(alpha.whyNot(1)).toBeUndefined();
    }
    expect((await fleet("resume")).stdout).toStartWith("there was no hold");
    // Where nothing changes, nothing takes effect on a host that is away.
    expect((await fleet("release", idOf(1))).stdout).toBe(
      `mission ${idOf(1)}: the fleet had no order for this mission; to lift a host's own order, run supervise release on that host\n`,
    );
  });

  test("a hold for a time ends by itself, and does not replace a longer one", async () => {
    const until = /^held until (20\S+Z): nothing is revived on any host/;
    const held = await fleet("hold", "--reason", "racks", "--for", "1h");
    expect(held).toMatchObject({ code: 0, stderr: "" });
    expect(held.stdout).toMatch(until);
    await alpha.round(1);
    const end = until.exec(held.stdout)?.[1] ?? "";
    expect(alpha.whyNot(1)).toContain(`stopped revivals here until ${end}: "racks"`);
    const shorter = await fleet("hold", "--reason", "racks", "--for", "20m");
    expect(shorter).toMatchObject({ code: 65, stdout: "" });
    expect(shorter.stderr).toContain(`Cannot hold the fleet: a hold until ${end} is in effect`);
    expect(await fleet("hold", "--reason", "racks", "--for", "0")).toMatchObject({ code: 64 });

    const [at, over] = [-7200, -3600].map((s) => new Date(Date.now() + 1000 * s).toISOString());
    await etcd.txn([], [putKey(KEYS.fleetHold, JSON.stringify({ at, until: over }))]);
    await alpha.round(1);
    expect(alpha.whyNot(1)).toBeUndefined();
    expect((await fleet("hosts")).stdout).toMatch(/^alpha +live +20/m);
    expect((await fleet("resume")).stdout).toBe("there was no hold\n");
  });

  test("resume names what stays held, and what to type", async () => {
    const own =
      "still held by itself: alpha; to end that, type: lazarus-pit fleet resume --host alpha";
    const all =
      "the fleet is held, and alpha with it; to end that on all hosts, type: lazarus-pit fleet resume";
    const hold = (...host: string[]) => fleet("hold", ...host, "--reason", "kernel");
    await hold();
    await hold("--host", "alpha");
    expect((await fleet("resume")).stdout).toStartWith(
      `resumed, once each host has ended its next round; ${own}\nnot live,`,
    );
    await alpha.round(1);
    expect(alpha.whyNot(1)).toContain("kernel");
    expect((await fleet("resume")).stdout).toBe(`there was no hold; ${own}\n`);
    await hold();
    expect((await fleet("resume", "--host", "alpha")).stdout).toBe(
      `the hold on alpha is removed, but ${all}\n`,
    );
    expect((await fleet("resume", "--host", "alpha")).stdout).toBe(
      `there was no hold on alpha itself, but ${all}\n`,
    );
    expect((await fleet("resume")).stdout).toStartWith("resumed, once each host");
    expect((await fleet("resume")).stdout).toBe("there was no hold\n");
  });

  // [the hold there, why no other one for a time, what to type]
  test.each([
    ["garbage", "the hold there cannot be read", "to remove it: lazarus-pit fleet resume; to rep"],
    ['{"at":"2026-01-31T11:00:00.000Z"}', "a hold without an end is in effect", "first type: "],
    [
      '{"at":"2026-01-31T11:00:00.000Z","until":"2999-01-31T11:00:00.000Z"}',
      "a hold until 2999-01-31T11:00:00.000Z is in effect",
      "give a longer --for, or to end it: lazarus-pit fleet resume",
    ],
  ])("beside the hold %p, one for a time is refused: %s", async (there, why, hint) => {
    await etcd.txn([], [putKey(KEYS.fleetHold, there)]);
    const refused = await fleet("hold", "--reason", "racks", "--for", "1h");
    expect(refused).toMatchObject({ code: 65, stdout: "" });
    expect(refused.stderr).toContain(`Cannot hold the fleet: ${why}`);
    expect(refused.stderr).toContain(hint);
    expect((await fleet("resume")).stdout).toStartWith("resumed");
  });

  test("an order whose first answer was lost is not taken for another's", async () => {
    const twice: EtcdClient = {
      ...etcd,
      txn: async (...args) => {
        await etcd.txn(...args);
        return etcd.txn(...args);
      },
    };
    const settings = loadSettings({ config });
    const order = readFleetOrder(["quarantine", idOf(1)], { ...NO_FLAGS, reason: "bad" });
    const done = await orderFleet({ etcd: twice, keys: KEYS, settings }, order, new Date());
    expect(done).toStartWith(`mission ${idOf(1)}: quarantined on every host`);
    expect(await fleet("release", idOf(1))).toMatchObject({ code: 0 });
  });

  test("a snooze keeps a quarantine, and orders that cannot be read are only lifted", async () => {
    await fleet("quarantine", idOf(1), "--reason", "loops");
    await fleet("snooze", idOf(1), "--for", "1h");
    await alpha.round(1);
    expect(alpha.whyNot(1)).toContain("quarantined");
    await etcd.txn([], [putKey(KEYS.missionOrders(idOf(1)), "junk")]);
    expect(await fleet("snooze", idOf(1), "--for", "1h")).toMatchObject({ code: 65 });
    expect(await fleet("release", idOf(1))).toMatchObject({ code: 0 });
  });

  test("forgets a host in two steps, and a live one not at all", async () => {
    expect(await fleet("forget", "alpha")).toMatchObject({ code: 75 });
    const noted = await fleet("forget", "beta");
    expect(noted.code).toBe(0);
    expect(noted.stdout).toStartWith("noted: the missions of beta are free after 20");
    const waiting = await fleet("forget", "beta");
    expect(waiting).toMatchObject({ code: 75, stdout: "" });
    expect(waiting.stderr).toContain("it may revive its missions until 20");
    const done = await fleet("forget", "beta", "--off");
    expect(done.stdout).toBe("forgotten: 1 mission of beta is free for other hosts\n");
    expect(await fleet("forget", "beta")).toMatchObject({ code: 66 });
  });

  test("check says what the server and its version cannot promise", async () => {
    const { stdout, code } = await fleet("check");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +http:\S+: etcd 3\.\d+\.\d+, the database has \d+ MiB$/m);
    expect(stdout).toMatch(/^warning +users are off/m);
    expect(stdout).toMatch(/^ok +without an account may publish as .* give orders$/m);
  });

  test("the orders of the document run as they stand there", async () => {
    const script = `set -e\nPATH=${dirname(command("executable", "lazarus-pit")[0] ?? "")}:$PATH\n`;
    const ended = await run(["sh", "-c", script + documentBlock("sh", "fleet hold --reason")], {
      env: { LAZARUS_PIT_CONFIG: config, PATH: process.env["PATH"] ?? "" },
    });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout.match(/^(?:held|resumed)/gm)).toEqual([
      "held",
      "resumed",
      "held",
      "resumed",
    ]);
  });

  // [arguments, code, message]
  test.each([
    [["dance"], 64, "the steps are: hosts, hold"],
    [["hold"], 64, "hold without --reason"],
    [["hold", "alpha", "--reason", "x"], 64, 'the argument "alpha" with hold'],
    [["snooze"], 64, "snooze without a mission"],
    [["snooze", idOf(1)], 64, "snooze without --for"],
    [["release", idOf(1), "--reason", "x"], 64, "--reason with release"],
    [["release", "no-id"], 64, "to give an order, it must be a UUID, or the beginning"],
    [["release", "dddd"], 66, "id begins or ends with it"],
    [["forget"], 64, "forget without a host"],
    [["forget", "A B"], 64, "Expected a host name"],
    [["hold", "--host", "nobody", "--reason", "x"], 66, 'no host called "nobody"'],
    [["quarantine", idOf(77), "--reason", "x"], 66, "No host of the fleet has the mission"],
    [["forget", "nobody"], 66, 'no host called "nobody"'],
    [["hosts", "--fleet-etcd", '{"endpoints":["http://127.0.0.1:1"]}'], 69, "Cannot reach etcd"],
    [["check", "--fleet-etcd", '{"endpoints":["http://127.0.0.1:1"]}'], 69, ""],
    [["hosts", "--fleet-etcd", '{"endpoints":["http://h:1"]}'], 78, "unencrypted"],
  ] as const)("fleet %p ends with %d", async (args, code, message) => {
    const ended = await fleet(...args);
    expect(ended).toMatchObject({ code });
    expect(ended.stderr).toContain(message);
  });

  test("a hold on one host names it, and an empty prefix has no hosts", async () => {
    const held = await fleet("hold", "--host", "alpha", "--reason", "x");
    expect(held.stdout).toStartWith("held: nothing is revived on alpha, once alpha has ended its");
    expect((await fleet("resume", "--host", "alpha")).stdout).toStartWith("resumed, once alpha");
    const { fleet_etcd } = JSON.parse(readFileSync(config, "utf8")) as { fleet_etcd: object };
    const other = JSON.stringify({ ...fleet_etcd, prefix: "/other/" });
    const scan = [...command("executable", "scan"), "--fleet", "--fleet-etcd", other];
    const { code, stderr } = await run(scan);
    expect({ code, stderr }).toEqual({
      code: 69,
      stderr: expect.stringMatching(/has no hosts[^]*start supervise --fleet on the hosts/),
    });
  });

  test("a check without an answer of etcd is UNKNOWN, and says why", async () => {
    const scan = [...command("executable", "scan"), "--fleet", "--check"];
    const ended = await run([...scan, "--fleet-etcd", '{"endpoints":["http://127.0.0.1:1"]}']);
    expect(ended).toMatchObject({ code: 3, stderr: "" });
    expect(ended.stdout).toStartWith("FLEET UNKNOWN - Cannot reach etcd at http://127.0.0.1:1: ");
  });

  test("gives no order to one of several missions that a part of an id names", async () => {
    await alpha.round(1, 2);
    const ended = await fleet("quarantine", "0b7e", "--reason", "x");
    expect(ended).toMatchObject({ code: 64, stdout: "" });
    expect(ended.stderr).toContain(`"0b7e" means: 2 match it: ${idOf(1)}, ${idOf(2)}`);
  });

  test("refuses orders for hosts that are asked, and says how to give them", async () => {
    const sources = '[{"name":"alpha","file":"/nowhere.json"}]';
    const argv = [...command("executable", "lazarus-pit"), "fleet", "hold", "--reason", "x"];
    const ended = await run([...argv, "--fleet-sources", sources]);
    expect(ended).toMatchObject({ code: 64, stdout: "" });
    expect(ended.stderr).toContain("ssh HOST supervise hold");
  });
});
