/**
 * etcd from an older backup, by the steps of the document: hosts and views notice it, and a mission that
 * exists twice has one home again.
 */
import { describe, expect, test } from "bun:test";
import { renameSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../lib/contract/event.ts";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import { putKey } from "../../lib/fleet/etcd/operations.ts";
import { wayTo } from "../tools/cuttable.ts";
import { documentBlock, placed } from "../tools/documents.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import {
  accessTo,
  type EtcdServers,
  loopbackPlace,
  type ServerPlace,
  startServers,
  stopServers,
} from "../tools/etcd.ts";
import { fleetHost } from "../tools/fleet.ts";
import { fleetGates, hostOf, isConfirmed } from "../tools/fleet-daemon.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { DEAD, stopDaemons, until } from "../tools/supervised.ts";

const missing = lacking("etcd", "etcdctl");
const here = scratch();
const env = { PATH: process.env["PATH"] ?? "", ETCDCTL_API: "3" };
stopServers();
stopDaemons();

interface Backed {
  readonly servers: EtcdServers;
  readonly save: () => Promise<void>;
  /** Writes, so that the backup is old by as many revisions. */
  readonly write: (times: number) => Promise<void>;
  readonly restore: () => Promise<void>;
}

const isRestored = ({ event }: Event): boolean => event === "fleet-restored";

async function startBacked(): Promise<Backed> {
  const place: ServerPlace = loopbackPlace();
  const servers = startServers([place]);
  await servers.ready(0);
  const backup = join(here, crypto.randomUUID());
  const data = join(servers.directory, "e0");
  const direct = connectEtcd(accessTo(servers));
  return {
    servers,
    async save() {
      const argv = ["etcdctl", "--endpoints", place.client, "snapshot", "save", backup];
      expect(await run(argv, { env })).toMatchObject({ code: 0 });
    },
    async write(times) {
      for (let n = 0; n < times; n++) await direct.txn([], [putKey("/other", `${n}`)]);
    },
    async restore() {
      await servers.kill(0);
      renameSync(data, `${data}-before-${crypto.randomUUID()}`);
      const shown = placed(documentBlock("sh", "etcdctl snapshot restore"), {
        "backup.db": backup,
        "--name e1": "--name e0",
        "e1=https://e1:2380": `e0=${place.peer}`,
        "urls https://e1:2380": `urls ${place.peer}`,
        "/var/lib/etcd/default": data,
      });
      expect(await run(["sh", "-ec", shown], { env })).toMatchObject({ code: 0 });
      servers.start(0);
      await servers.ready(0);
    },
  };
}

describe.skipIf(missing !== "")(`an etcd from an older backup${missing}`, () => {
  test("is noticed by daemons, and revives nothing twice while the fleet is held", async () => {
    const { servers, save, write, restore } = await startBacked();
    const ways = await Promise.all([1, 2].map(() => wayTo(servers.endpoints[0] ?? "")));
    const [alpha, beta] = ["alpha", "beta"].map((name, at) =>
      hostOf([ways[at]?.endpoint ?? ""], name, at === 0 ? [1] : []),
    );
    if (alpha === undefined || beta === undefined) throw new Error();
    const fleet = (...args: string[]) =>
      run([...command("executable", "lazarus-pit"), "fleet", ...args], {
        env: { LAZARUS_PIT_FLEET_ETCD: JSON.stringify({ endpoints: servers.endpoints }) },
      });
    const daemons = [alpha, beta].map((each) => each.start("executable", "--fleet"));
    await Promise.all([isConfirmed(alpha), isConfirmed(beta)]);
    await save();
    writeCell(beta.root, idOf(2), DEAD);
    await until(() => beta.done().length === 1);
    writeCell(alpha.root, idOf(2), DEAD);
    await until(async () => (await fleetGates(alpha)).some((text) => text?.includes("beta")));
    await write(50);
    await until(() => alpha.done().length === 1);

    for (const way of ways) way.cut();
    await restore();
    expect(await fleet("hold", "--reason", "restore")).toMatchObject({ code: 0 });
    // The backup knows no home of mission 2: the first that asks gets it.
    for (const [at, place] of [alpha, beta].entries()) {
      ways[at]?.mend();
      await until(() => place.events().some(isRestored));
      await until(async () => (await fleetGates(place)).every((text) => text?.includes("restore")));
    }
    const scan = await run([...command("executable", "scan"), "--fleet", "--json"], {
      env: { LAZARUS_PIT_FLEET_ETCD: JSON.stringify({ endpoints: servers.endpoints }) },
    });
    expect(JSON.parse(scan.stdout)).toMatchObject({
      twice: [{ mission_id: idOf(2), hosts: ["alpha", "beta"], home: "alpha" }],
    });
    expect([alpha.done().length, beta.done().length]).toEqual([1, 1]);

    expect(await fleet("resume")).toMatchObject({ code: 0 });
    await until(() => alpha.done().length === 2);
    await until(
      async () => (await fleetGates(beta))[0] === "its home is alpha: it was there first",
    );
    expect(beta.done()).toHaveLength(1);
    for (const [at, daemon] of daemons.entries()) {
      expect(daemon.said()).toContain("etcd was restored from a backup");
      expect(await daemon.stop()).toMatchObject({ code: 0 });
      ways[at]?.stop();
    }
  });

  test("is noticed also by a host that comes back when as much was written as before", async () => {
    const { servers, save, write, restore } = await startBacked();
    const [alpha, beta] = ["alpha", "beta"].map((name) => fleetHost(accessTo(servers), name));
    await alpha?.round(1);
    await save();
    await alpha?.round(1, 2);
    expect(alpha?.whyNot(2)).toBeUndefined();
    await restore();
    await beta?.round(2);
    await write(100);
    await alpha?.round(1, 2);
    expect([alpha?.restored.length, alpha?.whyNot(1)]).toEqual([1, undefined]);
    expect([alpha?.whyNot(2), beta?.whyNot(2)]).toEqual([
      "its home is beta: it was there first",
      undefined,
    ]);
  });
});
