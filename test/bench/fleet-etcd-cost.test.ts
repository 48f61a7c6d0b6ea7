/**
 * What a fleet with etcd costs at rest: a host's requests, what etcd writes to its log, and a poll of the
 * view beside an empty range.
 */
import { describe, expect, test } from "bun:test";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import { createEtcdView } from "../../lib/fleet/etcd/etcd-view.ts";
import { listKeys } from "../../lib/fleet/etcd/operations.ts";
import { accessTo, type EtcdServers, startServer, stopServers } from "../tools/etcd.ts";
import { leastOf } from "../tools/cost.ts";
import { fleetHost, KEYS, LONG } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";

const [HOSTS, CELLS, ROUNDS] = [200, 50, 40];
/** In multiples of an empty range. Measured: 2.1; with all leases in each poll 7.2. */
const MOST = 4;

/** Of a simulated clock. */
const [HOSTS_AT_REST, MINUTES, INTERVAL_SECONDS] = [10, 3, 10];

const lack = lacking("etcd");
stopServers();

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

async function elapsedOf(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

/** How many proposals etcd has committed to its log so far. */
async function proposalsOf({ endpoints }: EtcdServers): Promise<number> {
  const metrics = await (await fetch(`${endpoints[0]}/metrics`)).text();
  return Number(/^etcd_server_proposals_committed_total (\S+)$/m.exec(metrics)?.[1]);
}

describe.skipIf(lack !== "")(`a fleet with etcd at rest${lack}`, () => {
  test("costs a host one transaction and one renewal of its lease for each round", async () => {
    const servers = await startServer();
    let transactions = 0;
    const host = fleetHost(accessTo(servers), "alpha", { onTxn: () => (transactions += 1) });
    let calls = 0;
    const call = host.etcd.call.bind(host.etcd);
    host.etcd.call = (...args) => {
      calls += 1;
      return call(...args);
    };
    for (const _ of numbers(2)) await host.round(...numbers(CELLS).map((n) => n + 1));
    [transactions, calls] = [0, 0];
    for (const _ of numbers(3)) await host.round(...numbers(CELLS).map((n) => n + 1));
    expect([transactions, calls]).toEqual([3, 3]);
    await servers.stop();
  });

  test(`adds a proposal to etcd's log for each report only: ${HOSTS_AT_REST} hosts, one each minute`, async () => {
    const servers = await startServer();
    const clock = simulatedClock();
    const hosts = numbers(HOSTS_AT_REST).map((n) =>
      fleetHost(accessTo(servers), `h${n}`, { clock, times: { ...LONG, refresh: 60 } }),
    );
    const round = () => Promise.all(hosts.map((host, n) => host.round(n + 1)));
    await round();
    const before = await proposalsOf(servers);
    for (const _ of numbers((60 * MINUTES) / INTERVAL_SECONDS)) {
      clock.pass(INTERVAL_SECONDS);
      await round();
    }
    const grown = (await proposalsOf(servers)) - before;
    console.log(`${HOSTS_AT_REST} hosts at rest for ${MINUTES} minutes: ${grown} proposals`);
    expect(grown).toBeGreaterThanOrEqual(0.8 * HOSTS_AT_REST * MINUTES);
    expect(grown).toBeLessThanOrEqual(1.2 * HOSTS_AT_REST * MINUTES);
    await servers.stop();
  });

  test(`costs a poll of ${HOSTS} hosts at most ${MOST} times an empty range`, async () => {
    const servers = await startServer();
    const access = accessTo(servers);
    for (let at = 0; at < HOSTS; at += 20)
      await Promise.all(numbers(20).map((n) => fleetHost(access, `h${at + n}`).round(at + n + 1)));
    const etcd = connectEtcd(access);
    const view = createEtcdView({ etcd, keys: KEYS, nowMs: () => performance.now(), pollMs: 5000 });
    expect((await view.look()).hosts).toHaveLength(HOSTS);
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (const _ of numbers(ROUNDS)) {
      theirs.push(await elapsedOf(() => etcd.txn([], [listKeys("/nothing/")])));
      ours.push(await elapsedOf(() => view.look()));
    }
    const ratio = leastOf(ours) / leastOf(theirs);
    console.log(`a poll without news: ${leastOf(ours).toFixed(2)} ms, ratio ${ratio.toFixed(2)}`);
    expect(ratio).toBeLessThanOrEqual(MOST);
    await servers.stop();
  });
});
