/**
 * Real daemons with `--fleet` and a real etcd: missions that exist on two hosts are revived by one.
 */
import { describe, expect, test } from "bun:test";
import type { Report } from "../../lib/contract/report.ts";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import { forgetHost } from "../../lib/fleet/etcd/forget.ts";
import { eventually, freePort } from "../tools/background.ts";
import { serveHealth, stopServed } from "../tools/browser.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import {
  accessTo,
  type EtcdServers,
  startServer,
  startServers,
  stopServers,
} from "../tools/etcd.ts";
import { KEYS } from "../tools/fleet.ts";
import { fleetFile, fleetGates, hostOf, hostSettings, isConfirmed } from "../tools/fleet-daemon.ts";
import { lacking } from "../tools/needs.ts";
import { command, FORMS, ONE_FORM, run } from "../tools/program.ts";
import {
  type Daemon,
  DEAD,
  type Place,
  placeOf,
  rounds,
  stopDaemons,
  until,
} from "../tools/supervised.ts";

const missing = lacking("etcd");
stopServers();
stopDaemons();
stopServed();

const missionsOf = (place: Place) => new Set(place.done().map((line) => line.split(" ")[0])).size;

describe.skipIf(missing !== "")(`supervise --fleet${missing}`, () => {
  test("copies of missions are revived by their home only, and by another host once that is forgotten", async () => {
    const servers = await startServer();
    const ids = Array.from({ length: 20 }, (_, n) => n + 1);
    const [alpha, beta] = ["alpha", "beta"].map((name) => hostOf(servers.endpoints, name, ids));
    const first = alpha?.start("executable", "--fleet");
    if (alpha === undefined || beta === undefined || first === undefined) throw new Error();
    await until(() => missionsOf(alpha) === 20);
    const second = beta.start("script", "--fleet");
    await isConfirmed(beta);
    await rounds(beta, 3);
    expect([alpha.done().length, beta.done().length]).toEqual([20, 0]);
    expect(new Set(await fleetGates(beta))).toEqual(
      new Set(["its home is alpha: it was there first"]),
    );
    first.signal("SIGKILL");
    await first.exited;
    const etcd = connectEtcd(accessTo(servers));
    const request = { etcd, keys: KEYS, margin: 60, host: "alpha", by: "me", now: new Date() };
    await eventually(async () => {
      const { outcome } = await forgetHost({ ...request, isOff: true });
      return outcome === "forgotten" ? true : undefined;
    });
    await until(() => missionsOf(beta) === 20);
    const again = alpha.start("executable", "--fleet");
    await isConfirmed(alpha);
    await rounds(alpha, 3);
    expect([alpha.done().length, beta.done().length]).toEqual([20, 20]);
    expect(await again.stop()).toMatchObject({ code: 0 });
    expect(await second.stop()).toMatchObject({ code: 0 });
    expect(await forgetHost({ ...request, isOff: false })).toMatchObject({ outcome: "noted" });
  });

  test.each(ONE_FORM)(
    "a %s that starts without etcd revives nothing until it answers, and says so once",
    async (form) => {
      const places = [
        { client: `http://127.0.0.1:${freePort()}`, peer: `http://127.0.0.1:${freePort()}` },
      ];
      const place = hostOf(
        places.map(({ client }) => client),
        "alpha",
        [1],
      );
      const daemon = place.start(form, "--fleet");
      await until(() => fleetFile(place).confirmed === null);
      await rounds(place, 6);
      expect(await fleetGates(place)).toEqual([
        expect.stringMatching(
          /^etcd has not confirmed that its home is here: Cannot reach etcd at /,
        ),
      ]);
      expect(place.done()).toEqual([]);
      expect(daemon.said().match(/Cannot reach etcd/g)).toHaveLength(1);
      const servers = startServers(places);
      await until(() => place.done().length === 1);
      expect(daemon.said()).toContain(
        "; in the fleet as alpha: revives nothing until etcd has confirmed its missions\n",
      );
      expect(daemon.said()).toContain("supervise: the fleet: works again\n");
      await servers.stop();
      await stopped(daemon);
    },
  );

  test.each(FORMS)("a %s goes on without etcd for its time, and then holds", async (form) => {
    const servers: EtcdServers = await startServer();
    const place = hostOf(servers.endpoints, "alpha", []);
    place.configure({
      fleet_etcd: { endpoints: servers.endpoints },
      fleet_lost_after_seconds: 10,
      fleet_alone_seconds: 8,
      revive: [{ command: place.DO, delay_seconds: 600 }],
    });
    for (const n of [1, 2]) writeCell(place.root, idOf(n));
    const daemon = place.start(form, "--fleet");
    await isConfirmed(place);
    await servers.stop();
    writeCell(place.root, idOf(1), DEAD);
    await until(() => place.done().length === 1);
    await until(async () => {
      const gates = await fleetGates(place);
      return gates.some((text) => text?.startsWith("etcd has not answered for") === true);
    });
    writeCell(place.root, idOf(2), DEAD);
    await rounds(place, 5);
    expect(place.done()).toHaveLength(1);
    await stopped(daemon);
  });

  test.each(ONE_FORM)(
    "a %s with the name of another host revives nothing, and says why",
    async (form) => {
      const { endpoints } = await startServer();
      const [alpha, clone] = [hostOf(endpoints, "alpha", [1]), hostOf(endpoints, "alpha", [1, 2])];
      const first = alpha.start(form, "--fleet");
      await until(() => alpha.done().length === 1);
      const second = clone.start(form, "--fleet");
      await until(() => second.said().includes('The fleet has another host called "alpha"'));
      expect(second.said()).toContain("give each host its own fleet_name");
      expect(new Set(await fleetGates(clone))).toEqual(
        new Set([
          'etcd has not confirmed that its home is here: The fleet has another host called "alpha"',
        ]),
      );
      expect([alpha.done().length, clone.done().length]).toEqual([1, 0]);
      const scan = await run([...command(form, "scan"), "--fleet", "--json"], {
        env: { LAZARUS_PIT_FLEET_ETCD: JSON.stringify({ endpoints }) },
      });
      expect(JSON.parse(scan.stdout)).toMatchObject({
        hosts: [{ name: "alpha", state: "live", root: alpha.root }],
        cells: [{ mission_id: idOf(1) }],
      });
      // With a name of its own it is a host like any other.
      await stopped(second);
      clone.configure({ ...hostSettings(clone, endpoints), fleet_name: "beta" });
      const third = clone.start(form, "--fleet");
      await until(() => clone.done().length === 1);
      expect(clone.done()).toEqual([`${idOf(2)} 1`]);
      await stopped(third);
      await stopped(first);
      // What starts next joins the fleet again, and revives nothing before etcd has answered it.
      expect(fleetFile(alpha)).toMatchObject({ stopped: true, confirmed: null });
      expect(await fleetGates(alpha)).toEqual(["etcd has not confirmed that its home is here"]);
    },
  );

  test.each(ONE_FORM)("a %s without --fleet removes what an earlier one knew", async (form) => {
    const servers = await startServer();
    const place = hostOf(servers.endpoints, "alpha", [1]);
    const daemon = place.start(form, "--fleet");
    await isConfirmed(place);
    const beside = await serveHealth(form, `--config=${place.config}`, "--listen=127.0.0.1:0");
    const told = async () =>
      ((await (await fetch(new URL("v1/report", beside.url))).json()) as Report).fleet?.text ?? "";
    await until(async () => (await told()).includes("joined"));
    daemon.signal("SIGKILL");
    await daemon.exited;
    await until(async () =>
      (await told()).startsWith(
        `In the fleet as alpha: holding, and revives nothing: its supervise, process ${daemon.pid}, has ended. Next: `,
      ),
    );
    await beside.stop();
    // A daemon that starts now does not trust what the last one knew.
    expect(await fleetGates(place)).toEqual(["etcd has not confirmed that its home is here"]);
    const status = await place.call(form, "status");
    expect(status).toMatchObject({ code: 69 });
    expect(status.stdout).toContain(
      "In the fleet as alpha: holding, and revives nothing: supervise does not run here. Next: ",
    );
    expect(status.stdout).toMatch(/^next +start it: supervise --fleet --config /m);
    const alone = await place.call(form, "--once");
    expect(alone).toMatchObject({ code: 0 });
    expect(alone.stderr).toContain(
      "supervise: started without --fleet, in which this host was alpha: it revives its missions also if their home is another host; to obey the fleet again, stop it and type: supervise --fleet --config ",
    );
    expect(() => fleetFile(place)).toThrow("ENOENT");
    expect(await fleetGates(place)).toEqual([undefined]);
    await servers.stop();
  });

  // [what is wrong, settings, flags, code, message]
  test.each([
    ["no etcd", {}, [], 78, "Cannot use --fleet without fleet_etcd"],
    ["one round only", {}, ["--once"], 64, "Cannot use --fleet together with --once"],
    [
      "a password file that is not there",
      { fleet_etcd: { endpoints: ["http://127.0.0.1:1"], user: "a", password_file: "/none" } },
      [],
      78,
      'Cannot use the secret in "/none"',
    ],
    [
      "http to another host",
      { fleet_etcd: { endpoints: ["http://etcd.example:2379"] } },
      [],
      78,
      "would send everything unencrypted",
    ],
  ] as const)("refuses %s", async (_what, settings, flags, code, message) => {
    const place = placeOf(settings);
    const ended = await place.call("executable", "--fleet", ...flags);
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toContain(message);
  });
});

async function stopped(daemon: Daemon): Promise<void> {
  expect(await daemon.stop()).toMatchObject({ code: 0 });
}
