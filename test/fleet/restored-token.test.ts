/**
 * A client with users whose etcd is restored: etcd waits in silence for the revision of a token that is
 * from after the backup, so the client must log in anew.
 */
import { expect, test } from "bun:test";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { etcdAccess } from "../../lib/fleet/etcd/access.ts";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import { getKey, putKey } from "../../lib/fleet/etcd/operations.ts";
import { until } from "../tools/background.ts";
import { documentBlock, placed } from "../tools/documents.ts";
import { stopServers } from "../tools/etcd.ts";
import { KEYS } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";
import { secureEtcd } from "../tools/secure-etcd.ts";

const missing = lacking("etcd", "etcdctl", "openssl");
const { place, sh, settingsOf, start } = secureEtcd(scratch());
stopServers();

test.skipIf(missing !== "")(`a token of before a restore is given up${missing}`, async () => {
  const servers = await start("alpha");
  const data = join(servers.directory, "e0");
  const saving = placed(documentBlock("sh", "snapshot save"), { "https://e1:2379": place.client });
  expect(await sh(saving)).toMatchObject({ code: 0 });
  const operator = etcdAccess(settingsOf("operator"));
  const writer = connectEtcd(operator);
  for (let n = 0; n < 100; n++) await writer.txn([], [putKey(KEYS.fleetHold, `${n}`)]);
  const client = connectEtcd(operator);
  const look = () => client.txn([], [getKey(KEYS.fleetHold)]);
  await look();

  await servers.kill(0);
  renameSync(data, `${data}-before`);
  const restored = await sh(
    `ETCDCTL_API=3 etcdctl snapshot restore backup.db --name e0 --initial-cluster e0=${place.peer} --initial-advertise-peer-urls ${place.peer} --initial-cluster-token restored --data-dir ${data}`,
  );
  expect(restored).toMatchObject({ code: 0 });
  servers.start(0);
  const other = connectEtcd(operator);
  await until(() =>
    other.txn([], []).then(
      () => true,
      () => false,
    ),
  );
  expect((await look()).ranges[0]?.keys).toEqual([]);
  expect(client.restores).toBe(1);
});
