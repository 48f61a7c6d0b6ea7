/**
 * A database of etcd that is full: a daemon goes on with the homes that it has, operators are told what to
 * do, and by these steps all is right again.
 */
import { expect, test } from "bun:test";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import type { EtcdError } from "../../lib/fleet/etcd/etcd-error.ts";
import { putKey } from "../../lib/fleet/etcd/operations.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { accessTo, startServer, stopServers } from "../tools/etcd.ts";
import { fleetGates, hostOf, isConfirmed } from "../tools/fleet-daemon.ts";
import { lacking } from "../tools/needs.ts";
import { command, run } from "../tools/program.ts";
import { DEAD, rounds, stopDaemons, until } from "../tools/supervised.ts";

const missing = lacking("etcd", "etcdctl");
const MEGABYTE = new Uint8Array(1024 * 1024);
stopServers();
stopDaemons();

test.skipIf(missing !== "")(
  `a full database is told, costs no revival at once, and is mended by the steps that are named${missing}`,
  async () => {
    const servers = await startServer(["--quota-backend-bytes", String(16 * 1024 * 1024)]);
    const { endpoints } = servers;
    const alpha = hostOf(endpoints, "alpha", []);
    const fleet = (...args: string[]) =>
      run([...command("executable", "lazarus-pit"), "fleet", ...args], {
        env: { LAZARUS_PIT_FLEET_ETCD: JSON.stringify({ endpoints }) },
      });
    writeCell(alpha.root, idOf(1), { config: { stale_after_seconds: 3600 } });
    const daemon = alpha.start("executable", "--fleet");
    await isConfirmed(alpha);

    const etcd = connectEtcd(accessTo(servers));
    // Its history fills the database, so that compaction helps.
    const write = () => etcd.txn([], [putKey("/fill", MEGABYTE)]);
    const isFull = () =>
      write().then(
        () => false,
        ({ etcdFault }: EtcdError) => etcdFault === "full",
      );
    while (!(await isFull()));

    // One that is at home here is revived; one that came later gets no home.
    writeCell(alpha.root, idOf(1), DEAD);
    writeCell(alpha.root, idOf(2), { ...DEAD, age: 300 });
    await until(() => alpha.done().length === 1);
    await until(() => daemon.said().includes("space exceeded"));
    await rounds(alpha, 3);
    expect(alpha.done()).toEqual([`${idOf(1)} 1`]);
    expect(await fleetGates(alpha)).toContain(
      "etcd has not confirmed that its home is here: etcd refused: etcdserver: mvcc: database space exceeded",
    );
    expect(daemon.said().match(/space exceeded/g)).toHaveLength(1);
    await until(async () => !/^alpha +live/m.test((await fleet("hosts")).stdout));
    const held = await fleet("hold", "--reason", "x");
    expect(held).toMatchObject({ code: 69, stdout: "" });
    expect(held.stderr).toContain("compact and defragment the database, then disarm the alarm");

    const check = await fleet("check");
    expect(check.code).toBe(69);
    expect(check.stdout).toMatch(/^error +rights: .*database space exceeded/m);
    const { revision } = await etcd.txn([], []);
    const [, steps = ""] = /takes no writes: (.*)$/m.exec(check.stdout) ?? [];
    expect(steps.split(", ")).toEqual([
      "etcdctl compact",
      "etcdctl defrag",
      "etcdctl alarm disarm",
    ]);
    const env = {
      PATH: process.env["PATH"] ?? "",
      ETCDCTL_API: "3",
      ETCDCTL_ENDPOINTS: endpoints[0] ?? "",
    };
    for (const step of steps.replace("compact", `compact ${revision}`).split(", "))
      expect(await run(step.split(" "), { env })).toMatchObject({ code: 0 });

    await until(() => alpha.done().length === 2);
    expect(daemon.said()).toContain("supervise: the fleet: works again\n");
    expect((await fleet("check")).code).toBe(0);
    expect((await fleet("hosts")).stdout).toMatch(/^alpha +live/m);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  },
);
