/**
 * One host and another, with a real etcd: sessions, homes, and who may revive a mission when.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { connectEtcd, type EtcdClient } from "../../lib/fleet/etcd/client.ts";
import { type ForgetResult, forgetHost } from "../../lib/fleet/etcd/forget.ts";
import { putKey, removeKey } from "../../lib/fleet/etcd/operations.ts";
import { readAllKeys } from "../../lib/fleet/etcd/all-keys.ts";
import { textOf } from "../../lib/fleet/etcd/txn-answer.ts";
import { idOf } from "../tools/cells.ts";
import { eventually, until } from "../tools/background.ts";
import { accessTo, type EtcdServers, startServer, stopServers } from "../tools/etcd.ts";
import { cellOf, fleetHost, type HostOptions, KEYS, LONG, SHORT } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";

const NOT_CONFIRMED = "etcd has not confirmed that its home is here";
const missing = lacking("etcd");
stopServers();

describe.skipIf(missing !== "")(`with one etcd${missing}`, () => {
  let servers: EtcdServers;
  let etcd: EtcdClient;
  beforeAll(async () => {
    servers = await startServer();
    etcd = connectEtcd(accessTo(servers));
  });
  /** Names and missions of each test are its own. */
  let used = 0;
  const next = () => (used += 100);
  const host = (name: string, options?: HostOptions) => fleetHost(accessTo(servers), name, options);
  const homeOf = async (n: number) => {
    const home = (await readAllKeys(etcd, KEYS.all("homes"))).find(
      ({ key }) => key === KEYS.home(idOf(n)),
    );
    return home && textOf(home.base64);
  };
  const forget = (name: string, isOff = false): Promise<ForgetResult> =>
    forgetHost({
      etcd,
      keys: KEYS,
      margin: SHORT.margin,
      host: name,
      isOff,
      by: "me",
      now: new Date(),
    });

  test("the first host with a mission is its home, and the only one that may revive it", async () => {
    const n = next();
    const [alpha, beta] = [host(`a${n}`), host(`b${n}`)];
    expect(alpha.whyNot(n)).toBe(NOT_CONFIRMED);
    await alpha.round(n, n + 1);
    await beta.round(n + 1, n + 2);
    expect([0, 1, 2].map((k) => alpha.whyNot(n + k))).toEqual([
      undefined,
      undefined,
      NOT_CONFIRMED,
    ]);
    expect(beta.whyNot(n + 1)).toBe(`its home is a${n}: it was there first`);
    expect([n, n + 2].map(beta.whyNot)).toEqual([NOT_CONFIRMED, undefined]);
  });

  test("120 missions get homes beside those that others have", async () => {
    const n = next();
    next();
    const ids = Array.from({ length: 120 }, (_, k) => n + k);
    await host(`b${n}`).round(n + 7, n + 77);
    const alpha = host(`a${n}`);
    await alpha.round(...ids);
    expect(ids.filter((k) => alpha.whyNot(k) !== undefined)).toEqual([n + 7, n + 77]);
  });

  test("a later process of a host takes over, and the earlier one loses its session", async () => {
    const n = next();
    const [early, late] = ["early", "late"].map(() => host(`a${n}`, { store: `store ${n}` }));
    await early?.round(n);
    await late?.round(n);
    expect(late?.whyNot(n)).toBeUndefined();
    // It never takes the name back, not even when the other one is at work no more.
    for (let times = 0; times < 2; times += 1) {
      const why = await early?.round(n).catch((error: unknown) => String(error));
      expect(why).toContain(`Another process took the name "a${n}"`);
      await late?.round(n);
      expect(early?.whyNot(n)).toBe(
        `${NOT_CONFIRMED}: Another process took the name "a${n}" in the fleet`,
      );
      expect(late?.whyNot(n)).toBeUndefined();
    }
  });

  test("another store does not get the name of a host that is cut off, until that is forgotten", async () => {
    const n = next();
    const [alpha, clone] = [host(`a${n}`), host(`a${n}`)];
    await alpha.round(n);
    await alpha.leave();
    const why = await clone.round(n).catch((error: unknown) => error);
    expect(why).toMatchObject({
      message: `The fleet knows another host called "a${n}", which may still revive its missions`,
      hint: `forget it first, or take another name: lazarus-pit fleet forget a${n}`,
    });
    expect(alpha.whyNot(n)).toBeUndefined();
    expect(clone.whyNot(n)).toStartWith(`${NOT_CONFIRMED}: The fleet knows another host called`);
    expect(await forget(`a${n}`, true)).toMatchObject({ outcome: "forgotten" });
    await clone.round(n);
    expect(clone.whyNot(n)).toBeUndefined();
  });

  test("claiming homes on a slow etcd ends in time for the lease, and goes on in the next round", async () => {
    const n = next();
    used += 300;
    const clock = simulatedClock();
    const onTxn = () => clock.pass(LONG.lease / 6);
    const ids = Array.from({ length: 300 }, (_, k) => n + k);
    const alpha = host(`a${n}`, { clock, onTxn });
    const counts: (number | undefined)[] = [];
    for (let rounds = 0; rounds < 8; rounds += 1) {
      await alpha.round(...ids);
      counts.push(alpha.confirmed?.missions.size);
    }
    expect(counts[0]).toBeLessThan(300);
    expect(counts.at(-1)).toBe(300);
  });

  test("another host with the same name is refused, and says so after two leases", async () => {
    const n = next();
    const clock = simulatedClock();
    const alpha = host(`a${n}`);
    const clone = host(`a${n}`, { clock });
    await alpha.round(n);
    await clone.round(n);
    clock.pass(2 * LONG.lease);
    await alpha.round(n);
    expect(clone.round(n)).rejects.toThrow(`The fleet has another host called "a${n}"`);
    expect(clone.whyNot(n)).toBe(`${NOT_CONFIRMED}: The fleet has another host called "a${n}"`);
    expect(alpha.whyNot(n)).toBeUndefined();
  });

  test("a host without etcd may revive for its time, by the clock that says the most", async () => {
    const n = next();
    for (const elapse of ["pass", "step", "suspend"] as const) {
      const clock = simulatedClock();
      const alpha = host(`${elapse}${n}`, { clock });
      await alpha.round(n + 1);
      clock[elapse](LONG.alone);
      expect(alpha.whyNot(n + 1)).toBeUndefined();
      clock[elapse](1);
      expect(alpha.whyNot(n + 1)).toBe("etcd has not answered for 1h 1s");
      await alpha.leave();
      await until(async () => (await forget(`${elapse}${n}`, true)).outcome === "forgotten");
    }
  });

  test("a session whose lease ran out is begun again in the same tick", async () => {
    const n = next();
    const alpha = host(`a${n}`);
    await alpha.round(n);
    await alpha.leave();
    await alpha.round(n);
    expect(alpha.whyNot(n)).toBeUndefined();
  });

  test("a home that was given to another host meanwhile is not used in the next session", async () => {
    const n = next();
    const alpha = host(`a${n}`);
    await alpha.round(n, n + 1);
    await alpha.leave();
    await etcd.txn([], [putKey(KEYS.home(idOf(n)), "other")]);
    await alpha.round(n, n + 1);
    expect([n, n + 1].map(alpha.whyNot)).toEqual([
      "its home is other: it was there first",
      undefined,
    ]);
  });

  test("the home of a cell that is gone for ten minutes is free", async () => {
    const n = next();
    const clock = simulatedClock();
    const alpha = host(`a${n}`, { clock });
    await alpha.round(n + 1);
    await alpha.round(n, n + 1);
    await alpha.round(n + 1);
    clock.pass(599);
    // A session in between begins nothing anew.
    await alpha.leave();
    await alpha.round(n + 1);
    expect(await homeOf(n)).toBe(`a${n}`);
    clock.pass(1);
    await alpha.round(n + 1);
    expect([await homeOf(n), await homeOf(n + 1)]).toEqual([undefined, `a${n}`]);
    expect(alpha.whyNot(n)).toBe(NOT_CONFIRMED);
    await host(`b${n}`).round(n);
    await alpha.round(n, n + 1);
    expect(alpha.whyNot(n)).toBe(`its home is b${n}: it was there first`);
  });

  test("the home of a cell that is gone for ten minutes is free, also after a restart", async () => {
    const n = next();
    const options = { clock: simulatedClock(), store: `store ${n}` };
    const early = host(`a${n}`, options);
    await early.round(n, n + 1);
    await early.leave();
    const late = host(`a${n}`, options);
    await late.round(n + 1);
    await late.round(n + 1);
    options.clock.pass(600);
    await late.round(n + 1);
    expect([await homeOf(n), await homeOf(n + 1)]).toEqual([undefined, `a${n}`]);
  });

  /** A host whose missions from `n` on have been gone for ten minutes, but for the first. */
  async function hostWithGone(n: number, count: number, slow: { seconds: number }) {
    const clock = simulatedClock();
    const onTxn = () => clock.pass(slow.seconds);
    const alpha = host(`a${n}`, { clock, onTxn });
    await alpha.round(...Array.from({ length: count + 1 }, (_, k) => n + k));
    await alpha.round(n);
    clock.pass(600);
    return alpha;
  }

  const homesLeft = async (name: string): Promise<number> =>
    (await readAllKeys(etcd, KEYS.all("homes"))).filter(({ base64 }) => textOf(base64) === name)
      .length;

  test("homes are freed for a part of a lease in each round, so that it is renewed in time", async () => {
    const n = next();
    const slow = { seconds: 0 };
    const alpha = await hostWithGone(n, 49, slow);
    slow.seconds = 1;
    await alpha.round(n);
    expect(await homesLeft(`a${n}`)).toBe(50 - LONG.lease / 10);
    await alpha.round(n);
    expect(await homesLeft(`a${n}`)).toBe(1);
  });

  test("homes are freed also if the session ends meanwhile", async () => {
    const n = next();
    const alpha = await hostWithGone(n, 3, { seconds: 0 });
    const txn = alpha.etcd.txn.bind(alpha.etcd);
    let removals = 0;
    alpha.etcd.txn = async (...args) => {
      const isRemoval = args[1].some((each) => "request_delete_range" in each);
      if (isRemoval && ++removals === 2) await alpha.leave();
      return txn(...args);
    };
    await alpha.round(n);
    expect(await homesLeft(`a${n}`)).toBe(1);
  });

  test("a live host is not forgotten", async () => {
    const n = next();
    const alpha = host(`a${n}`);
    await alpha.round(n);
    expect(await forget(`a${n}`)).toEqual({ outcome: "alive" });
    expect(await forget(`a${n}`, true)).toEqual({ outcome: "alive" });
    expect(await forget(`nobody${n}`)).toEqual({ outcome: "unknown" });
  });

  test("a host that is gone is forgotten after its time, and its missions are free", async () => {
    const n = next();
    const [alpha, beta] = [host(`a${n}`, { times: SHORT }), host(`b${n}`)];
    await alpha.round(n, n + 1);
    const started = performance.now();
    await alpha.leave();
    expect(await forget(`a${n}`)).toMatchObject({ outcome: "noted" });
    const done = await eventually(async () => {
      await beta.round(n, n + 2);
      expect(alpha.whyNot(n) === undefined && beta.whyNot(n) === undefined).toBe(false);
      const result = await forget(`a${n}`);
      return result.outcome === "forgotten" ? result : undefined;
    });
    expect(done).toEqual({ outcome: "forgotten", homes: 2 });
    expect(performance.now() - started).toBeGreaterThan(1000 * SHORT.alone);
    expect(alpha.whyNot(n)).toStartWith("etcd has not answered for");
    await beta.round(n, n + 2);
    expect(beta.whyNot(n)).toBeUndefined();
    await alpha.round(n, n + 1);
    expect([alpha.whyNot(n), alpha.whyNot(n + 1)]).toEqual([
      `its home is b${n}: it was there first`,
      undefined,
    ]);
  });

  test("a host that comes back while it is forgotten keeps its missions", async () => {
    const n = next();
    const alpha = host(`a${n}`);
    await alpha.round(n);
    await alpha.leave();
    expect(await forget(`a${n}`)).toMatchObject({ outcome: "noted" });
    await alpha.round(n);
    expect(alpha.whyNot(n)).toBeUndefined();
    expect(await forget(`a${n}`)).toEqual({ outcome: "alive" });
    await alpha.leave();
    // The note of before is gone: it has to be noted, and waited for, once more.
    expect(await forget(`a${n}`)).toMatchObject({ outcome: "noted" });
  });

  test("a host does not confirm while the note that forgets it is there", async () => {
    const n = next();
    const clock = simulatedClock();
    const alpha = host(`a${n}`, { clock });
    await alpha.round(n);
    const before = alpha.confirmed;
    await etcd.txn([], [putKey(KEYS.host("leaving", `a${n}`), "{}")]);
    await alpha.round(n);
    // It removed the note first.
    expect(await readAllKeys(etcd, `${KEYS.host("leaving", `a${n}`)}/`)).toEqual([]);
    expect(alpha.confirmed).not.toBe(before);
  });

  const order = (key: string, value: object | string) =>
    etcd.txn([], [putKey(key, typeof value === "string" ? value : JSON.stringify(value))]);

  test("orders close the gate within a round, and one that cannot be read holds", async () => {
    const n = next();
    const alpha = host(`a${n}`);
    const at = "2026-01-01T12:00:00Z";
    const cases: [string, object | string, string][] = [
      [KEYS.fleetHold, { at, reason: "drain" }, 'stopped revivals here: "drain"; to start again'],
      [KEYS.hostHold(`a${n}`), "junk", "stopped revivals here; to start again"],
      [KEYS.missionOrders(idOf(n)), "{}", "the fleet's orders for it cannot be read"],
      [
        KEYS.missionOrders(idOf(n)),
        { schema_version: 1, quarantine: { at, reason: "bad" } },
        'it is quarantined in the fleet: "bad"',
      ],
      [
        KEYS.missionOrders(idOf(n)),
        { schema_version: 1, snooze: { at, until: "2999-01-01T00:00:00Z" } },
        "waiting until 2999-01-01T00:00:00Z: an operator of the fleet snoozed it",
      ],
    ];
    for (const [key, value, why] of cases) {
      await order(key, value);
      await alpha.round(n);
      expect(alpha.whyNot(n)).toContain(why);
      await etcd.txn([], [removeKey(key)]);
    }
    await order(KEYS.hostHold("other"), { at });
    await alpha.round(n);
    expect(alpha.whyNot(n)).toBeUndefined();
  });

  test("news are written at once, and a report without news once in a while", async () => {
    const n = next();
    const clock = simulatedClock();
    const alpha = host(`a${n}`, { clock });
    const written = async () => {
      const found = await readAllKeys(etcd, KEYS.all("reports"));
      return found.find(({ key }) => key === KEYS.host("reports", `a${n}`))?.revision;
    };
    await alpha.round(n);
    const first = await written();
    await alpha.round({ ...cellOf(n), age_seconds: 7, state: "waiting" });
    expect(await written()).toBe(first);
    await alpha.round(cellOf(n, "stale"));
    const second = await written();
    expect(second).not.toBe(first);
    clock.pass(LONG.refresh);
    await alpha.round(cellOf(n, "stale"));
    expect(await written()).not.toBe(second);
  });
});
