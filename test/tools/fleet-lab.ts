/**
 * A fleet under faults, and its judge: two groups of hosts with copies of the same missions, a view, and
 * writers. The judge sees the truth of each host, so it needs no clock but its own.
 *
 * @module
 */
import { connectEtcd, type EtcdClient } from "../../lib/fleet/etcd/client.ts";
import { createEtcdView } from "../../lib/fleet/etcd/etcd-view.ts";
import { forgetHost } from "../../lib/fleet/etcd/forget.ts";
import { putKey } from "../../lib/fleet/etcd/operations.ts";
import { readAllKeys } from "../../lib/fleet/etcd/all-keys.ts";
import type { FleetTimes } from "../../lib/fleet/etcd/session.ts";
import { createFleetReporter } from "../../lib/fleet/fleet-reporter.ts";
import type { HostState } from "../../lib/contract/fleet-report.ts";
import { hostClock } from "../../lib/host/clock.ts";
import { eventually } from "./background.ts";
import { type Way, wayTo } from "./cuttable.ts";
import { cellOf, fleetHost, type FleetHost, KEYS } from "./fleet.ts";

/** Broken programs, which the judge must find. */
export type Mutant = "acts-alone-for-ever" | "renews-before-it-publishes" | "reads-serializable";

export const LAB_TIMES: FleetTimes = { lease: 6, alone: 10, margin: 3, refresh: 4 };
const [TICK_MS, POLL_MS, LOOK_MS] = [1000, 1000, 50];
const HOSTS = 3;
const COPIES = 3;
/** One try and all tries of a request: a short lease needs short ones. */
const PATIENCE = { tryMs: 700, allTriesMs: 1800 };
/** Lease, one more for a change of the leader, a tick, polls, and the silence after which all is unknown. */
export const BOUND_MS = 1000 * 2 * LAB_TIMES.lease + TICK_MS + 4 * POLL_MS + 5000;

export interface Shown {
  readonly state: HostState;
  readonly isHealthy: boolean;
}

export interface Lab {
  readonly ways: Readonly<Record<"a" | "b" | "view", readonly Way[]>>;
  readonly hosts: readonly FleetHost[];
  readonly shown: ReadonlyMap<string, Shown>;
  /** Makes a cell of each host stale, or healthy again. */
  setSick(isSick: boolean): void;
  /** Moments at which two hosts might have revived the same mission. */
  readonly overlaps: number;
  /** How often another host might revive a mission than the one before. */
  readonly handOvers: number;
  /**
   * How long after it became sick a host was shown live and healthy at most, in milliseconds. Once the
   * view has shown it as unknown, the time counts from there: while no server answers, nobody can tell.
   */
  readonly longestLieMs: number;
  /** The states that hosts were shown in since this was last called. */
  takeStates(): Set<HostState>;
  /** Forgets the hosts of a group, as far as they may be. */
  forgetGroup(group: "a" | "b"): Promise<void>;
  /** How many writes were acknowledged, and how many of them are lost. */
  writes(): Promise<{ readonly acknowledged: number; readonly lost: number }>;
  stop(): Promise<void>;
}

/** The missions of a host, of which its fellow in the other group has copies. */
export const copiesOf = (host: number): number[] =>
  Array.from({ length: COPIES }, (_, n) => 100 * (host % HOSTS) + n);

/** Starts a fleet on the servers at `endpoints`. */
export async function startLab(endpoints: readonly string[], mutant?: Mutant): Promise<Lab> {
  const open = () => Promise.all(endpoints.map(wayTo));
  const ways = { a: await open(), b: await open(), view: await open() };
  const accessBy = (group: readonly Way[]) => ({
    endpoints: group.map(({ endpoint }) => endpoint),
    ...PATIENCE,
  });
  const direct = connectEtcd({ endpoints, ...PATIENCE });
  let isSick = false;
  let sickSince = 0;
  const stop = new AbortController();
  let [overlaps, handOvers, longestLieMs] = [0, 0, 0];
  const lastHolders = new Map<number, string>();
  const states = new Set<HostState>();
  const shown = new Map<string, Shown>();
  /** When each host was last shown as unknown. */
  const unknownAt = new Map<string, number>();

  const hosts = (["a", "b"] as const).flatMap((group) =>
    Array.from({ length: HOSTS }, (_, n) => {
      const options = mutant === "acts-alone-for-ever" ? { clock: STOPPED_CLOCK } : {};
      const access = accessBy(ways[group]);
      return fleetHost(access, `${group}${n}`, { times: LAB_TIMES, ...options });
    }),
  );
  async function round(host: FleetHost, at: number): Promise<void> {
    if (mutant === "renews-before-it-publishes") await renewFirst(host);
    const own = cellOf(1000 + at, isSick ? "stale" : "healthy");
    await host.round(...copiesOf(at), own);
  }
  // The first group is the home of all missions, so that cutting it off endangers something.
  for (const at of [0, 1, 2])
    await eventually(async () => {
      const host = hosts[at];
      if (host) await round(host, at);
      return copiesOf(at).every((n) => host?.whyNot(n) === undefined) || undefined;
    });
  const loops = hosts.map((host, at) => repeat(TICK_MS, () => round(host, at)));

  const look = reporterOf(accessBy(ways.view), mutant);
  loops.push(
    repeat(POLL_MS, async () => {
      const { report } = await look();
      for (const { name, state, summary } of report.hosts) {
        states.add(state);
        if (state === "unknown") unknownAt.set(name, performance.now());
        shown.set(name, { state, isHealthy: summary?.stale === 0 });
      }
    }),
  );
  const acknowledged: string[] = [];
  loops.push(
    repeat(20, async () => {
      const key = `/written/${acknowledged.length}-${performance.now()}`;
      await direct.txn([], [putKey(key, "x")]);
      acknowledged.push(key);
    }),
  );
  const judge = setInterval(() => {
    for (let host = 0; host < HOSTS; host++)
      for (const n of copiesOf(host)) {
        const may = [hosts[host], hosts[host + HOSTS]].filter(
          (each) => each?.whyNot(n) === undefined,
        );
        if (may.length > 1) overlaps += 1;
        const holder = may[0]?.name ?? lastHolders.get(n);
        if (holder === undefined) continue;
        if (holder !== (lastHolders.get(n) ?? holder)) handOvers += 1;
        lastHolders.set(n, holder);
      }
    for (const [name, { state, isHealthy }] of isSick ? shown : []) {
      if (state !== "live" || !isHealthy) continue;
      const since = Math.max(sickSince, unknownAt.get(name) ?? 0);
      longestLieMs = Math.max(longestLieMs, performance.now() - since);
    }
  }, LOOK_MS);

  /** Errors are what a fault is about. */
  async function repeat(everyMs: number, work: () => Promise<void>): Promise<void> {
    while (!stop.signal.aborted) {
      const started = performance.now();
      await work().catch(() => {});
      await Bun.sleep(Math.max(1, everyMs - (performance.now() - started)));
    }
  }

  return {
    ways,
    hosts,
    shown,
    setSick(sick) {
      [isSick, sickSince] = [sick, performance.now()];
    },
    get overlaps() {
      return overlaps;
    },
    get handOvers() {
      return handOvers;
    },
    get longestLieMs() {
      return longestLieMs;
    },
    takeStates() {
      const taken = new Set(states);
      states.clear();
      return taken;
    },
    async forgetGroup(group) {
      const margin = LAB_TIMES.margin;
      const request = {
        etcd: direct,
        keys: KEYS,
        margin,
        isOff: false,
        by: "lab",
        now: new Date(),
      };
      for (const { name } of hosts.filter((each) => each.name.startsWith(group)))
        await forgetHost({ ...request, host: name }).catch(() => {});
    },
    async writes() {
      // Writing goes on meanwhile.
      const before = [...acknowledged];
      const patient = connectEtcd({ endpoints });
      const all = await readAllKeys(patient, "/written/", { keys_only: true });
      const found = new Set(all.map(({ key }) => key));
      const lost = before.filter((key) => !found.has(key)).length;
      return { acknowledged: before.length, lost };
    },
    async stop() {
      stop.abort();
      clearInterval(judge);
      for (const each of [...ways.a, ...ways.b, ...ways.view]) each.stop();
      await Promise.all(loops);
    },
  };
}

/** With it a host never notices that time passes, so it acts forever. */
const STOPPED_CLOCK = {
  ...hostClock(),
  now: () => new Date(0),
  monotonic: () => 0,
  uptime: () => 0,
};

/** Keeps the host in the view, whether it can publish or not. */
async function renewFirst({ etcd, lease }: FleetHost): Promise<void> {
  await etcd.call("/v3/lease/keepalive", { ID: lease }).catch(() => {});
}

function reporterOf(access: Parameters<typeof connectEtcd>[0], mutant: Mutant | undefined) {
  const clock = hostClock();
  const real = connectEtcd(access);
  const etcd = mutant === "reads-serializable" ? serializable(access) : real;
  const nowMs = () => 1000 * clock.uptime();
  return createFleetReporter(createEtcdView({ etcd, keys: KEYS, nowMs, pollMs: POLL_MS }), clock);
}

/** Asks the first member only, and takes what it has. */
function serializable(access: Parameters<typeof connectEtcd>[0]): EtcdClient {
  const real = connectEtcd({ ...access, endpoints: access.endpoints.slice(0, 1) });
  return {
    ...real,
    txn: (conditions, operations) =>
      real.txn(
        conditions,
        operations.map(({ request_range }) => ({
          request_range: { ...request_range, serializable: true },
        })),
      ),
  };
}
