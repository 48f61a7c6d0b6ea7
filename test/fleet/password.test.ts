/**
 * A daemon whose password etcd does not take any more: it says so, goes on for its time, and needs no restart.
 */
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { idOf, writeCell } from "../tools/cells.ts";
import { stopServers } from "../tools/etcd.ts";
import { fleetGates, hostOf, isConfirmed } from "../tools/fleet-daemon.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";
import { fleetStep, secureEtcd } from "../tools/secure-etcd.ts";
import { DEAD, rounds, stopDaemons, until } from "../tools/supervised.ts";

const missing = lacking("etcd", "etcdctl", "openssl");
const { place, file, sh, settingsOf, start } = secureEtcd(scratch());
stopServers();
stopDaemons();

/** Gives the account of alpha another password in etcd. */
const changePassword = (password: string) =>
  sh(`export ETCDCTL_API=3; echo ${password} |
    ETCDCTL_USER="root:$(cat root.password)" etcdctl --endpoints ${place.client} --cacert ca.pem \\
      --cert client.pem --key client.key user passwd alpha --interactive=false`);

test.skipIf(missing !== "")(
  `a daemon without the right password goes on with its homes, and is well again with it${missing}`,
  async () => {
    await start("alpha");
    const right = readFileSync(file("alpha.password"), "utf8");
    writeFileSync(file("alpha.password"), "a-wrong-password-of-alpha");
    const more = { fleet_etcd: settingsOf("alpha") };
    const alpha = hostOf([], "alpha", [1], more);
    const daemon = alpha.start("executable", "--fleet");
    const refusals = () => daemon.said().match(/etcd refused: .*invalid user ID or password/g);
    const isLive = async () =>
      /^alpha +live/m.test((await fleetStep(settingsOf("viewer"), "hosts")).stdout);

    // Never confirmed: nothing is revived, and the journal says why, once.
    await until(() => refusals()?.length === 1);
    await rounds(alpha, 3);
    expect([alpha.done(), refusals()?.length]).toEqual([[], 1]);
    expect(daemon.said()).toContain("check user and password_file of fleet_etcd");
    expect(await fleetGates(alpha)).toEqual([
      expect.stringContaining(
        "etcd has not confirmed that its home is here: etcd refused: etcdserver: authentication failed",
      ),
    ]);
    writeFileSync(file("alpha.password"), right);
    await isConfirmed(alpha);
    await until(() => alpha.done().length === 1);
    expect(daemon.said()).toContain("supervise: the fleet: works again\n");
    await until(isLive);

    // Changed while it runs: homes that were confirmed count for their time, and the host is lost.
    writeCell(alpha.root, idOf(2), { config: { stale_after_seconds: 3600 } });
    await rounds(alpha, 3);
    expect(await changePassword("another-password-of-alpha")).toMatchObject({ code: 0 });
    await until(() => refusals()?.length === 2);
    writeCell(alpha.root, idOf(2), DEAD);
    await until(() => alpha.done().length === 2);
    await until(async () => !(await isLive()));
    writeFileSync(file("alpha.password"), "another-password-of-alpha");
    await until(isLive);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  },
);
