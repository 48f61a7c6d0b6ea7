/**
 * A fleet on three real servers under faults: no mission may be revived by two hosts, nothing that is
 * sick is shown as healthy beyond the bound, no acknowledged write is lost, and all is right again
 * afterwards. The judge is tried on three broken programs, each of which it must find.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import { putKey } from "../../lib/fleet/etcd/operations.ts";
import { eventually, until } from "../tools/background.ts";
import { type EtcdServers, startServer, startServers, stopServers } from "../tools/etcd.ts";
import {
  BOUND_MS,
  copiesOf,
  type Lab,
  LAB_TIMES,
  type Mutant,
  startLab,
} from "../tools/fleet-lab.ts";
import { lacking } from "../tools/needs.ts";
import { type ServerNet, serverNet } from "../tools/server-net.ts";
import { slowDisk } from "../tools/slow-disk.ts";

const missing = lacking("root", "etcd", "ip", "tc", "strace");
/** The long form repeats each fault, and a seed sets their order: `npm run promises:fleet`. */
const TIMES = Number(process.env["LAZARUS_PIT_TEST_FLEET_TIMES"] ?? 1);
const SEED = process.env["LAZARUS_PIT_TEST_FLEET_SEED"];
const LIMIT_MS = 300_000;
stopServers();

const isAll = ({ shown }: Lab, is: (state: string, isHealthy: boolean) => boolean): boolean =>
  shown.size === 6 && [...shown.values()].every(({ state, isHealthy }) => is(state, isHealthy));
const allWell = (lab: Lab) =>
  until(() => isAll(lab, (state, isHealthy) => state === "live" && isHealthy));

/** Lets a fault work while all hosts are sick, and waits until the view is right again. */
async function during(lab: Lab, seconds: number): Promise<void> {
  lab.takeStates();
  lab.setSick(true);
  await Bun.sleep(1000 * seconds);
}
async function after(lab: Lab): Promise<void> {
  await until(() => isAll(lab, (state, isHealthy) => state === "live" && !isHealthy));
  lab.setSick(false);
  await allWell(lab);
  lab.takeStates();
}

/** The group that may revive the missions. */
const homeGroup = ({ hosts }: Lab): Promise<"a" | "b"> =>
  eventually(() => {
    const home = hosts.find(({ whyNot }) => whyNot(0) === undefined)?.name;
    return home === undefined ? undefined : home.startsWith("a") ? "a" : "b";
  });

/** The faults of the whole run. */
function inOrder(faults: readonly string[]): string[] {
  const passes = Array.from({ length: TIMES }, (_, pass) => {
    const rank = (fault: string) => Bun.hash.crc32(`${SEED} ${pass} ${fault}`);
    return SEED === undefined ? faults : faults.toSorted((a, b) => rank(a) - rank(b));
  });
  return passes.flat();
}

/** How many writes of a server to its disk took longer than a second. */
async function slowWrites(endpoint = ""): Promise<number> {
  const text = await (await fetch(`${endpoint}/metrics`)).text();
  const at = (end: string) =>
    Number(new RegExp(`^etcd_disk_wal_fsync_duration_seconds_${end} (\\d+)`, "m").exec(text)?.[1]);
  return at("count") - at('bucket{le="1.024"}');
}

/** Fills a server's database while all hosts are sick; returns how long a sick one was shown as healthy. */
async function lieWhileFull(mutant?: Mutant): Promise<number> {
  const full = await startServer(["--quota-backend-bytes", String(16 * 1024 * 1024)]);
  const own = await startLab(full.endpoints, mutant);
  await allWell(own);
  const etcd = connectEtcd({ endpoints: full.endpoints });
  const isFull = async (n: number) =>
    etcd.txn([], [putKey(`/fill/${n}`, new Uint8Array(1024 * 1024))]).then(
      () => false,
      (error: Error) => error.message.includes("space exceeded"),
    );
  for (let n = 0; !(await isFull(n)); n++);
  await during(own, BOUND_MS / 1000 + 5);
  expect(own.overlaps).toBe(0);
  await own.stop();
  await full.stop();
  return own.longestLieMs;
}

describe.skipIf(missing !== "")(`a fleet under faults${missing}`, () => {
  let net: ServerNet;
  let servers: EtcdServers;
  let lab: Lab;

  async function begin(mutant?: Mutant): Promise<Lab> {
    net = serverNet();
    servers = startServers(net.places);
    await Promise.all([0, 1, 2].map((each) => servers.ready(each)));
    lab = await startLab(servers.endpoints, mutant);
    await allWell(lab);
    return lab;
  }
  async function end(): Promise<void> {
    await lab.stop();
    await servers.stop();
    net.remove();
  }

  const leader = () =>
    eventually(async () => {
      const found = await servers.leader();
      return found < 0 ? undefined : found;
    });

  describe("of the program", () => {
    beforeAll(() => begin(), LIMIT_MS);
    afterAll(end, LIMIT_MS);

    const faults: Record<string, () => Promise<void>> = {
      "the leader is killed": async () => {
        const at = await leader();
        await servers.kill(at);
        await during(lab, 8);
        expect([...lab.takeStates()]).not.toContain("lost");
        servers.start(at);
      },
      "the leader is frozen": async () => {
        const at = await leader();
        servers.signal(at, "SIGSTOP");
        await during(lab, 10);
        servers.signal(at, "SIGCONT");
      },
      "a member that the view asks is cut off from its peers": async () => {
        net.isolate(0);
        await during(lab, BOUND_MS / 1000 + 3);
        expect([...lab.takeStates()]).not.toContain("lost");
        net.mend();
      },
      "the leader hears nothing of another member": async () => {
        const to = await leader();
        net.dropFrom((to + 1) % 3, to);
        await during(lab, 10);
        expect([...lab.takeStates()]).not.toContain("unknown");
        net.mend();
      },
      "30 % of the packets to the leader are lost": async () => {
        const at = await leader();
        net.loseAt(at, 0.3);
        await during(lab, 15);
        expect([...lab.takeStates()]).not.toContain("lost");
        expect(net.lostAt(at)).toBeGreaterThan(10);
        net.mend();
      },
      "the leader's disk takes two seconds for each write": async () => {
        const at = await leader();
        const release = await slowDisk(servers.pidOf(at), "fdatasync", 2);
        await during(lab, 15);
        expect([...lab.takeStates()]).not.toContain("unknown");
        expect(await slowWrites(servers.endpoints[at])).toBeGreaterThan(1);
        await release();
      },
      "no majority of the servers is connected": async () => {
        for (const each of [0, 1]) net.isolate(each);
        await during(lab, 5);
        await lab.forgetGroup("a");
        await until(() => isAll(lab, (state) => state === "unknown"));
        const mayAct = () => lab.hosts.some((host, n) => host.whyNot(100 * (n % 3)) === undefined);
        await until(() => !mayAct());
        net.mend();
      },
      "the group that is at home is cut off and forgotten": async () => {
        const home = await homeGroup(lab);
        for (const way of lab.ways[home]) way.cut();
        const others = lab.hosts.filter(({ name }) => !name.startsWith(home));
        await during(lab, LAB_TIMES.alone);
        await until(async () => {
          await lab.forgetGroup(home);
          return others.every((host, at) =>
            copiesOf(at).every((n) => host.whyNot(n) === undefined),
          );
        });
        for (const way of lab.ways[home]) way.mend();
      },
      "the view is cut off": async () => {
        for (const way of lab.ways.view) way.cut();
        await during(lab, 10);
        expect([...lab.takeStates()]).toContain("unknown");
        for (const way of lab.ways.view) way.mend();
      },
      "all servers are killed": async () => {
        for (const each of [0, 1, 2]) await servers.kill(each);
        await during(lab, 12);
        expect([...lab.takeStates()]).toContain("unknown");
        for (const each of [0, 1, 2]) servers.start(each);
      },
    };
    test.each(inOrder(Object.keys(faults)))(
      "%s",
      async (fault) => {
        await faults[fault]?.();
        await after(lab);
        expect(lab.overlaps).toBe(0);
        expect(lab.longestLieMs).toBeLessThan(BOUND_MS);
      },
      LIMIT_MS,
    );

    test("no acknowledged write is lost, and missions did change hands", async () => {
      const { acknowledged, lost } = await lab.writes();
      const { overlaps, handOvers, longestLieMs } = lab;
      if (TIMES > 1) console.log({ acknowledged, lost, overlaps, handOvers, longestLieMs });
      expect(lost).toBe(0);
      expect(acknowledged).toBeGreaterThan(1000);
      // Each repetition of one fault gives nine missions to the other group.
      expect(handOvers).toBeGreaterThanOrEqual(9 * TIMES);
    });
  });

  describe("of a broken program", () => {
    afterEach(end, LIMIT_MS);

    test(
      "a host that acts alone for ever overlaps with the one that gets its missions",
      async () => {
        await begin("acts-alone-for-ever");
        for (const way of lab.ways.a) way.cut();
        await during(lab, LAB_TIMES.alone);
        await until(async () => {
          await lab.forgetGroup("a");
          return lab.overlaps > 0;
        });
      },
      LIMIT_MS,
    );

    test(
      "a view that reads one member shows sick hosts as healthy beyond the bound",
      async () => {
        await begin("reads-serializable");
        net.isolate(0);
        await during(lab, BOUND_MS / 1000 + 5);
        expect(lab.longestLieMs).toBeGreaterThan(BOUND_MS);
      },
      LIMIT_MS,
    );
  });

  test(
    "with a full database, the program shows no sick host as healthy beyond the bound; one that renews first does",
    async () => {
      const lies = await Promise.all([lieWhileFull(), lieWhileFull("renews-before-it-publishes")]);
      expect(lies.map((ms) => ms > BOUND_MS)).toEqual([false, true]);
    },
    LIMIT_MS,
  );
});
