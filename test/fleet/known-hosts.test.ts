/** When a view of etcd asks for the record of a host's lease. */
import { expect, test } from "bun:test";
import { createKnownHosts } from "../../lib/fleet/etcd/known-hosts.ts";

const RECORD = { v: 1, run: `b/${"0".repeat(16)}/a`, root: "/", interval_seconds: 10 };
const value = (record: object, revision: number) => ({
  key: "alpha",
  base64: Buffer.from(JSON.stringify(record)).toString("base64"),
  revision,
});
const leaseAt = (revision: number) => new Map([["alpha", revision]]);

test("a record is asked for until it is read, and again for a new lease", () => {
  const hosts = createKnownHosts();
  expect(hosts.takeLeases(leaseAt(3), 0)).toEqual(["alpha"]);
  expect(hosts.takeLeases(leaseAt(3), 0)).toEqual(["alpha"]);
  hosts.takeAlive("alpha", value({ ...RECORD, version: "7" }, 3));
  expect(hosts.takeLeases(leaseAt(3), 0)).toEqual([]);
  expect(hosts.all.get("alpha")?.version).toBe("7");
  expect(hosts.takeLeases(leaseAt(5), 0)).toEqual(["alpha"]);
  expect(hosts.takeLeases(leaseAt(5), 0)).toEqual(["alpha"]);
});

test("a record of a later version is asked for once", () => {
  const hosts = createKnownHosts();
  hosts.takeLeases(leaseAt(3), 0);
  hosts.takeAlive("alpha", value({ ...RECORD, v: 2 }, 3));
  expect(hosts.takeLeases(leaseAt(3), 0)).toEqual([]);
  expect(hosts.all.get("alpha")?.version).toBeNull();
});
