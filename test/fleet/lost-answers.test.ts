/**
 * Requests that etcd did, and whose answers were lost: a host repeats them, and has one lease, one session
 * and its own homes all the same.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connectEtcd, type EtcdClient } from "../../lib/fleet/etcd/client.ts";
import { readAllKeys } from "../../lib/fleet/etcd/all-keys.ts";
import { textOf } from "../../lib/fleet/etcd/txn-answer.ts";
import { accessTo, startServer, stopServers } from "../tools/etcd.ts";
import { idOf } from "../tools/cells.ts";
import { fleetHost, KEYS } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";

const missing = lacking("etcd");
stopServers();

describe.skipIf(missing !== "")(`answers that are lost${missing}`, () => {
  let etcd: EtcdClient;
  let proxy: Bun.Server<undefined>;
  let [requests, lost] = [0, new Set<number>()];
  const paths: string[] = [];

  beforeAll(async () => {
    const servers = await startServer();
    etcd = connectEtcd(accessTo(servers));
    proxy = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        requests += 1;
        const number = requests;
        const { pathname } = new URL(request.url);
        paths.push(pathname);
        const body = await request.text();
        const answer = await fetch(`${servers.endpoints[0]}${pathname}`, { method: "POST", body });
        return lost.has(number) ? new Response("lost", { status: 502 }) : answer;
      },
    });
  });
  afterAll(() => proxy.stop(true));

  const leases = async (): Promise<number> => {
    const { leases: all = [] } = (await etcd.call("/v3/lease/leases", {})) as { leases?: object[] };
    return all.length;
  };
  const homesOf = async (name: string): Promise<string[]> =>
    (await readAllKeys(etcd, KEYS.all("homes")))
      .filter(({ base64 }) => textOf(base64) === name)
      .map(({ key }) => key);

  /** Rounds of a new host until one succeeds, while these answers are lost. */
  async function join(name: string, n: number, answers: readonly number[]): Promise<void> {
    [requests, lost] = [0, new Set(answers)];
    paths.length = 0;
    const host = fleetHost({ endpoints: [`http://127.0.0.1:${proxy.port}`] }, name);
    let failures = 0;
    while (
      !(await host.round(n, n + 1).then(
        () => true,
        () => false,
      ))
    )
      failures += 1;
    expect(failures).toBeLessThanOrEqual(answers.length / 2);
    expect([host.whyNot(n), host.whyNot(n + 1)]).toEqual([undefined, undefined]);
    expect(requests).toBeGreaterThanOrEqual(Math.max(...answers));
  }

  // The requests of a first round: grant, look, session, homes, report, lease.
  const first = [1, 2, 3, 4, 5, 6];
  test.each([...first.map((at) => [at]), ...first.map((at) => [at, at + 1])].map((at) => [at]))(
    "the answers %p of a host that joins",
    async (answers) => {
      const [name, n] = [`h${answers.join("-")}`, 100 * (answers[0] ?? 0) + 10 * answers.length];
      const before = await leases();
      await join(name, n, answers);
      expect(await leases()).toBe(before + 1);
      expect(await homesOf(name)).toEqual([n, n + 1].map((id) => KEYS.home(idOf(id))));
    },
  );

  test("are those of each kind of request", () => {
    expect(new Set(paths)).toEqual(
      new Set(["/v3/lease/grant", "/v3/kv/txn", "/v3/lease/keepalive"]),
    );
  });
});
