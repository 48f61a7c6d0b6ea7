/** Pages of keys end, whatever is among the keys: a host of a fleet can write some that are not text. */
import { expect, test } from "bun:test";
import { readAllKeys } from "../../lib/fleet/etcd/all-keys.ts";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import { putKey } from "../../lib/fleet/etcd/operations.ts";
import { accessTo, startServer, stopServers } from "../tools/etcd.ts";
import { lacking } from "../tools/needs.ts";

const missing = lacking("etcd");
/** More than a page. */
const [KEYS, AT_ONCE] = [2100, 100];
stopServers();

/** Writes a key of the byte 255, which is never in text, and a number. */
const putRawKey = (n: number) => {
  const { request_put: put = {} } = putKey("", "x");
  const key = Buffer.concat([Buffer.from("/made/up/"), Buffer.of(255), Buffer.from(`${n}`)]);
  return { request_put: { ...put, key: key.toString("base64") } };
};

test.skipIf(missing !== "")(`keys that are not text are read once${missing}`, async () => {
  const etcd = connectEtcd(accessTo(await startServer()));
  for (let at = 0; at < KEYS; at += AT_ONCE)
    await etcd.txn(
      [],
      Array.from({ length: AT_ONCE }, (_, n) => putRawKey(at + n)),
    );
  expect(await readAllKeys(etcd, "/made/up/", { keys_only: true })).toHaveLength(KEYS);
});
