import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { bootId, thisProcess } from "../../lib/host/host.ts";
import { type StorePaths, storePathsOf } from "../../lib/host/files/state-dir.ts";
import {
  claimAttempt,
  recordOutcome,
  recordWorker,
} from "../../lib/supervise/revive/attempt-store.ts";
import { type Cleanup, startCleanup } from "../../lib/supervise/cleanup/gone-cells.ts";
import { STORE_LOCK } from "../../lib/supervise/store/root-lock.ts";
import { holdAll } from "../../lib/supervise/orders/hold-store.ts";
import {
  changeOrders,
  liftOrders,
  missionsWithOrders,
  readOrders,
} from "../../lib/supervise/orders/order-store.ts";
import { openStore, type Store } from "../../lib/supervise/store/store.ts";
import { startErrorReporter } from "../../lib/supervise/store/error-reporter.ts";
import type { RootScan } from "../../lib/supervise/status/incremental-scan.ts";
import { addGoneTime, goneForDays } from "../../lib/supervise/cleanup/rules/gone-time.ts";
import type { Claim } from "../../lib/supervise/revive/rules/attempt.ts";
import type { Settings } from "../../lib/contract/settings.ts";
import { idOf } from "../tools/cells.ts";
import { NOON } from "../tools/facts.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";
import { lacking } from "../tools/needs.ts";
import { MEMORY, scratch } from "../tools/program.ts";

const here = scratch(MEMORY);
const [GONE, THERE] = [idOf(1), idOf(2)];
/** A round every six hours. */
const INTERVAL = 21_600;
const PER_DAY = 4;
const DAYS = 30;
const SETTINGS = { scan_interval_seconds: INTERVAL, forget_after_days: DAYS } as Settings;

let count = 0;
/** A place of its own with a root and the store for it. */
function stage(): { store: Store; place: string } {
  const place = join(here, String(count++));
  mkdirSync(join(place, "missions"), { recursive: true });
  return { place, store: storeIn(place, "missions") };
}

const stateIn = (place: string, root: string): StorePaths =>
  storePathsOf({ root: join(place, root), state_dir: join(place, "state") });
const storeIn = (place: string, root: string): Store =>
  openStore(stateIn(place, root), NOON, () => {});

const claim = (id: string, more: Partial<Claim> = {}): Claim => ({
  schema_version: 1,
  root: "/m",
  mission_id: id,
  digest: "a".repeat(16),
  number: 1,
  at: NOON.toISOString(),
  boot_id: bootId(),
  uptime_seconds: 0,
  host: "h",
  pid: 999_999_999,
  command: ["true"],
  timeout_seconds: 1,
  reset_after_seconds: 60,
  ...more,
});
const outcome = (exit_code: number) => ({
  schema_version: 1 as const,
  ended_at: NOON.toISOString(),
  duration_ms: 10,
  exit_code,
  signal: null,
  timed_out: false,
  log_tail: "",
});

/** Stores an attempt for a mission that ended with this code, and its lifted orders. */
function rememberOf(store: Store, id: string, exit_code = 0): void {
  claimAttempt(store, claim(id));
  recordOutcome(store, claim(id), outcome(exit_code));
  liftOrders(store, id);
}

const isRemembered = ({ storeDir }: StorePaths, id: string): boolean =>
  [join("orders", `${id}.json`), join("attempts", id)].some((path) =>
    existsSync(join(storeDir, path)),
  );
const scanOf = (...ids: string[]) =>
  ({ cells: new Map(ids.map((id) => [id, {}])) }) as unknown as RootScan;

/** A daemon's cleanup, on a clock that the test moves. */
function daemonOn(store: Store) {
  const clock = simulatedClock(NOON);
  const cleanup: Cleanup = startCleanup(store, startErrorReporter("test"), clock);
  return {
    cleanup,
    /** Runs that many rounds; returns the missions that were forgotten. */
    watch(rounds: number, scan = scanOf(THERE), now = NOON): (string | undefined)[] {
      return Array.from({ length: rounds }, () => {
        clock.pass(INTERVAL);
        clock.step((now.getTime() - clock.now().getTime()) / 1000);
        return cleanup.update(scan, SETTINGS).map(({ mission_id }) => mission_id);
      }).flat();
    },
    pause: (rounds: number) => clock.pass(rounds * INTERVAL),
  };
}

/** A store for another root, which is there or gone. */
const other = (place: string, name: string, isThere: boolean): Store => {
  const path = join(place, name);
  mkdirSync(path, { recursive: true });
  const store = storeIn(place, name);
  rememberOf(store, GONE);
  if (!isThere) rmSync(path, { recursive: true });
  return store;
};

const inDays = (days: number) => new Date(NOON.getTime() + 86_400_000 * days).toISOString();
/** The name of a temporary file as a killed writer leaves it. */
const left = (pid: number) => `.lazarus-pit.${pid}.${crypto.randomUUID()}.tmp`;

describe("what is remembered of a cell", () => {
  test("is forgotten once a daemon has seen the cell absent for 30 days; other cells are not affected", () => {
    const { store } = stage();
    for (const id of [GONE, THERE]) rememberOf(store, id);
    const daemon = daemonOn(store);
    expect(daemon.watch(PER_DAY * DAYS)).toEqual([]);
    expect(isRemembered(store, GONE)).toBe(true);
    expect(daemon.watch(1)).toEqual([GONE]);
    expect(isRemembered(store, GONE)).toBe(false);
    expect(daemon.watch(PER_DAY * DAYS)).toEqual([]);
    expect(isRemembered(store, THERE)).toBe(true);
  });

  test("is counted on after a restart", () => {
    const { store } = stage();
    rememberOf(store, GONE);
    for (let starts = 0; starts < 3; starts++)
      expect(daemonOn(store).watch(41 - starts)).toEqual([]);
    expect(daemonOn(store).watch(4)).toEqual([GONE]);
  });

  test("is counted anew for a cell that came back", () => {
    const { store } = stage();
    rememberOf(store, GONE);
    const daemon = daemonOn(store);
    daemon.watch(PER_DAY * DAYS - 1);
    daemon.watch(1, scanOf(THERE, GONE));
    expect(daemon.watch(PER_DAY * DAYS - 1)).toEqual([]);
    expect(daemon.watch(2)).toEqual([GONE]);
  });

  test.each<[string, (daemon: ReturnType<typeof daemonOn>) => unknown]>([
    ["a clock that jumps", (daemon) => daemon.watch(48, scanOf(THERE), new Date("2199-01-01"))],
    ["a root that looks empty", (daemon) => daemon.watch(PER_DAY * DAYS, scanOf())],
    ["a pause", (daemon) => daemon.pause(PER_DAY * DAYS)],
    [
      "rounds that found no root",
      (daemon) => {
        for (let rounds = 0; rounds < PER_DAY * DAYS; rounds++) {
          daemon.cleanup.interrupt();
          daemon.watch(1);
        }
      },
    ],
  ])("does not age by %s", (_, pass) => {
    const { store } = stage();
    rememberOf(store, GONE);
    const daemon = daemonOn(store);
    daemon.watch(PER_DAY);
    pass(daemon);
    expect(daemon.watch(PER_DAY)).toEqual([]);
    expect(isRemembered(store, GONE)).toBe(true);
  });

  const at = NOON.toISOString();
  test.each<[string, (store: Store) => void]>([
    [
      "a quarantine",
      (store) =>
        changeOrders(store, GONE, (orders) => ({ ...orders, quarantine: { at, reason: "x" } })),
    ],
    [
      "a snooze that is not over",
      (store) =>
        changeOrders(store, GONE, (orders) => ({ ...orders, snooze: { at, until: inDays(40) } })),
    ],
    ["a command that said never again", (store) => rememberOf(store, GONE, 125)],
    [
      "an attempt that runs",
      (store) => {
        const running = claim(GONE, { number: 2 });
        claimAttempt(store, running);
        recordWorker(store, running, thisProcess());
      },
    ],
    [
      "orders that cannot be read",
      ({ storeDir }) => writeFileSync(join(storeDir, "orders", `${GONE}.json`), "{"),
    ],
    [
      "an outcome that cannot be read",
      ({ storeDir }) =>
        writeFileSync(join(storeDir, "attempts", GONE, `${"a".repeat(16)}-0001.outcome.json`), "{"),
    ],
  ])("stays where there is %s", (_, keep) => {
    const { store } = stage();
    rememberOf(store, GONE);
    keep(store);
    const names = () => readdirSync(join(store.storeDir, "attempts", GONE)).length;
    const before = names();
    expect(daemonOn(store).watch(PER_DAY * DAYS + 5)).toEqual([]);
    expect(existsSync(join(store.storeDir, "orders", `${GONE}.json`))).toBe(true);
    expect(names()).toBe(before);
  });

  test("keeps a snooze for its own length, whatever the clock says meanwhile", () => {
    const { store } = stage();
    changeOrders(store, GONE, (orders) => ({ ...orders, snooze: { at, until: inDays(40) } }));
    const daemon = daemonOn(store);
    const later = new Date("2199-01-01");
    expect(daemon.watch(PER_DAY * DAYS + 5, scanOf(THERE), later)).toEqual([]);
    expect(daemon.watch(PER_DAY * 10, scanOf(THERE), later)).toEqual([GONE]);
  });

  test("stays while the marker of the store is missing", () => {
    const { store } = stage();
    rememberOf(store, GONE);
    const daemon = daemonOn(store);
    daemon.watch(PER_DAY * DAYS);
    rmSync(join(store.storeDir, "store.json"));
    expect(daemon.watch(PER_DAY)).toEqual([]);
    expect(isRemembered(store, GONE)).toBe(true);
  });
});

describe("what is remembered of another root", () => {
  test("is forgotten once that was gone for 30 days", () => {
    const { place, store } = stage();
    const old = other(place, "old", false);
    const daemon = daemonOn(store);
    daemon.watch(PER_DAY * DAYS);
    expect(existsSync(old.storeDir)).toBe(true);
    daemon.watch(1);
    expect(existsSync(old.storeDir)).toBe(false);
    expect(readdirSync(join(place, "state", "roots"))).toHaveLength(1);
  });

  test.each<[string, (place: string) => Store]>([
    ["whose root is there, and empty", (place) => other(place, "old", true)],
    ["that lay in what is an empty mount point now", (place) => other(place, "disk/old", false)],
    [
      "that lay in what is gone itself",
      (place) => {
        const store = other(place, "disk/old", false);
        rmSync(join(place, "disk"), { recursive: true });
        return store;
      },
    ],
    [
      "that an operator holds",
      (place) => {
        const store = other(place, "old", false);
        holdAll(store, { at: NOON.toISOString() });
        return store;
      },
    ],
    [
      "with records of issues",
      (place) => {
        const store = other(place, "old", false);
        mkdirSync(join(store.storeDir, "proposals"));
        writeFileSync(join(store.storeDir, "proposals", "3-1.json"), "{}");
        return store;
      },
    ],
    [
      "with a command that said never again",
      (place) => {
        const store = other(place, "old", false);
        claimAttempt(store, claim(THERE));
        recordOutcome(store, claim(THERE), outcome(125));
        return store;
      },
    ],
  ])("stays for one %s", (_, make) => {
    const { place, store } = stage();
    const kept = make(place);
    daemonOn(store).watch(PER_DAY * DAYS + 5);
    expect(isRemembered(kept, GONE)).toBe(true);
  });
});

const lack = lacking("flock");
test.skipIf(lack !== "")(
  `what is remembered of another root stays while a supervise runs on it${lack}`,
  async () => {
    const { place, store } = stage();
    const old = other(place, "old", false);
    const lock = join(old.storeDir, STORE_LOCK);
    writeFileSync(lock, "", { mode: 0o600 });
    // The lock of a supervise in a container, for example, where the root exists.
    const argv = ["flock", "--no-fork", lock, "sh", "-c", "echo held; exec cat"];
    const holder = Bun.spawn(argv, { stdin: "pipe", stdout: "pipe" });
    await holder.stdout.getReader().read();
    const daemon = daemonOn(store);
    daemon.watch(PER_DAY * DAYS + 5);
    expect(isRemembered(old, GONE)).toBe(true);
    await holder.stdin.end();
    await holder.exited;
    daemon.watch(1);
    expect(existsSync(old.storeDir)).toBe(false);
  },
);

test("temporary files of killed writers in the state directory are removed when a second sweep finds them", () => {
  const { store } = stage();
  rememberOf(store, THERE);
  const dead = ["", "orders", "attempts", `attempts/${THERE}`].map((part) =>
    join(store.storeDir, part, left(999_999)),
  );
  const kept = [left(process.pid), ".lazarus-pit.1.tmp", "mine.tmp"].map((name) =>
    join(store.storeDir, name),
  );
  for (const path of [...dead, ...kept]) writeFileSync(path, "");
  const daemon = daemonOn(store);
  daemon.watch(2);
  expect(dead.filter((path) => !existsSync(path))).toEqual([]);
  daemon.watch(1);
  expect(dead.filter((path) => existsSync(path))).toEqual([]);
  expect(kept.filter((path) => !existsSync(path))).toEqual([]);
});

test("time is added only to what was absent throughout it", () => {
  expect(addGoneTime({ a: 5, b: 5, old: 9 }, ["a", "b", "new"], new Set(["b"]), 10)).toEqual({
    a: 15,
    new: 10,
  });
  expect(addGoneTime({}, ["constructor"], new Set(), 1)).toEqual({ constructor: 1 });
  expect(goneForDays({ a: 86_399, b: 86_400 }, 1)).toEqual(["b"]);
});

test("an order that a killed daemon had moved away to forget it still holds, until it is lifted", () => {
  const { store } = stage();
  const quarantine = { at: NOON.toISOString(), reason: "x" };
  changeOrders(store, GONE, (orders) => ({ ...orders, quarantine }));
  const path = join(store.storeDir, "orders", `${GONE}.json`);
  renameSync(path, `${path}.forgotten`);
  expect(readOrders(store, GONE)).toMatchObject({ quarantine });
  expect(missionsWithOrders(store)).toEqual([GONE]);
  liftOrders(store, GONE);
  expect(readOrders(store, GONE)).not.toHaveProperty("quarantine");
});
