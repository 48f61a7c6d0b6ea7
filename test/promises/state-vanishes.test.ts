/**
 * Lost state permits no action: while the state directory of a running supervise is unmounted, renamed
 * or removed, its orders and attempts are unknown, and no mission is revived. Once the directory is
 * back, earlier orders and attempts count as before.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "bun:test";
import type { Report } from "../../lib/contract/report.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { refusalOf } from "../tools/refusal.ts";
import { type Daemon, DEAD, type Place, placeOf, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);
/** More rounds than a dead cell needs to be revived here: two of age limit, two of settling. */
const ENOUGH_ROUNDS = 6;

interface Scene {
  readonly place: Place;
  readonly daemon: Daemon;
  readonly state: string;
  /** Waits for this many more rounds, which it counts by a report outside of the state directory. */
  readonly rounds: (count: number) => Promise<void>;
}

/** A dead cell, and what an operator does before the daemon starts. */
async function sceneOf(before: (place: Place) => Promise<unknown>): Promise<Scene> {
  const place = placeOf();
  writeCell(place.root, ID, DEAD);
  const revive = [{ command: place.DO, delay_seconds: 600 }];
  place.configure({ revive, notify: place.TELL });
  await before(place);
  const output = join(place.here, "report.json");
  const daemon = place.start("executable", "--output", output);
  const made = () =>
    existsSync(output) ? (JSON.parse(readFileSync(output, "utf8")) as Report).generated_at : "";
  const rounds = async (count: number): Promise<void> => {
    const last = made();
    if (count === 0) return;
    await until(() => made() > last);
    await rounds(count - 1);
  };
  await rounds(1);
  return { place, daemon, state: join(place.here, "state"), rounds };
}

const hold = (place: Place) => place.call("executable", "hold", "--reason", "the host moves");
const isLost = (daemon: Daemon) => daemon.said().includes("Cannot read orders and attempts in ");
const LOST = /^supervise: error: Cannot read orders and attempts in the store /gm;
const BACK = "supervise: the store: works again\n";
const eventsTold = (place: Place) =>
  place.told().flatMap(({ events }) => events.map(({ event }) => event));
const gatesOf = async (place: Place): Promise<string[]> => {
  const { stdout } = await place.call("executable", "--plan", "--json");
  const [entry] = JSON.parse(stdout) as { gates: { gate: string }[] }[];
  return entry?.gates.map(({ gate }) => gate) ?? [];
};

/** Where a second store is made. */
const other = ({ here }: Place): string => join(here, "other");

const inFolder =
  (name: string) =>
  ({ place }: Scene) =>
    join(place.folder, name);

const AWAY = [
  ["goes away", false],
  ["gives way to an empty directory", true],
] as const;

/** Moves `path` away, and returns a function that moves it back. */
function putAway(path: string, leavesEmpty: boolean): () => void {
  renameSync(path, `${path}.away`);
  if (leavesEmpty) mkdirSync(path);
  return () => {
    rmSync(path, { recursive: true, force: true });
    renameSync(`${path}.away`, path);
  };
}

const HOLD = ["hold", "--reason", "the host moves"];
const QUARANTINE = ["quarantine", ID, "--reason", "runs in circles"];
/** What goes away, what was ordered before, and what lifts that. */
const PARTS = [
  ["the state directory", ({ state }: Scene) => state, HOLD, ["resume"]],
  ["the roots in it", ({ place }: Scene) => dirname(place.folder), HOLD, ["resume"]],
  ["the root's folder", ({ place }: Scene) => place.folder, HOLD, ["resume"]],
  ["its orders", inFolder("orders"), QUARANTINE, ["release", ID]],
] as const;

describe.each(PARTS)("where %s", (_, pathOf, order, lift) => {
  test.concurrent.each(AWAY)(
    "%s, a mission under an order stays unrevived, and the order counts once that is back",
    async (__, leavesEmpty) => {
      const scene = await sceneOf((place) => place.call("executable", ...order));
      const { place, daemon, rounds } = scene;
      const bringBack = putAway(pathOf(scene), leavesEmpty);
      await until(() => isLost(daemon));
      await rounds(ENOUGH_ROUNDS);
      expect(await gatesOf(place)).toContain("state");
      bringBack();
      await until(() => daemon.said().includes(BACK));
      await rounds(2);
      expect(place.done()).toEqual([]);
      expect(await gatesOf(place)).toContain(order === HOLD ? "hold" : "quarantined");
      expect(daemon.said().match(LOST)).toHaveLength(1);
      expect(eventsTold(place).filter((event) => event.startsWith("state-"))).toEqual([
        "state-lost",
        "state-back",
      ]);
      // All else was ready: only the order kept it from being revived.
      await place.call("executable", ...lift);
      await until(() => place.done().length === 1);
      expect(place.events().map(({ event }) => event)).toContain("state-back");
    },
  );
});

describe.each([
  ["the state directory", ({ state }: Scene) => state],
  ["the attempts", inFolder("attempts")],
] as const)("where %s", (_, pathOf) => {
  test.concurrent.each(AWAY)("%s, no attempt is made twice", async (__, leavesEmpty) => {
    const scene = await sceneOf(async () => {});
    const { place, daemon, rounds } = scene;
    await until(() => place.events().some(({ event }) => event === "attempted"));
    const bringBack = putAway(pathOf(scene), leavesEmpty);
    await until(() => isLost(daemon));
    await rounds(ENOUGH_ROUNDS);
    bringBack();
    await until(() => daemon.said().includes(BACK));
    await rounds(2);
    expect(place.done()).toEqual([`${ID} 1`]);
    await place.call("executable", "release", ID);
    await until(() => place.done().length === 2);
    expect(place.done()).toEqual([`${ID} 1`, `${ID} 2`]);
  });
});

describe.each(AWAY)("where the state directory %s, an order", (_, leavesEmpty) => {
  test.concurrent.each([
    ["hold", []],
    ["resume", []],
    ["snooze", [ID, "--for=1h"]],
    ["quarantine", [ID, "--reason=x"]],
    ["release", [ID]],
  ])("to %s is refused while the daemon runs, and makes nothing", async (verb, rest) => {
    const { place, daemon, state } = await sceneOf(async () => {});
    const bringBack = putAway(state, leavesEmpty);
    const ended = await place.call("executable", verb, ...rest);
    expect(refusalOf("supervise", ended)).toEqual({
      code: 74,
      message: `Cannot give an order for "${place.root}": the process ${daemon.pid} of user ${process.getuid?.()} supervises it, but there is no store at "${place.folder}"`,
      hint: expect.stringContaining("restore that store"),
    });
    expect(existsSync(join(state, "roots"))).toBe(false);
    bringBack();
    expect(await place.call("executable", verb, ...rest)).toMatchObject({ code: 0 });
  });

  test.concurrent("makes a new one where no daemon runs, and says so", async () => {
    const { place, daemon, state } = await sceneOf(async () => {});
    await daemon.stop();
    putAway(state, leavesEmpty);
    expect(await hold(place)).toEqual({
      code: 0,
      stdout: expect.stringContaining("held: nothing is revived\n"),
      stderr: place.MADE,
    });
  });
});

test.concurrent(
  "another store in the place of the daemon's counts from its next start on",
  async () => {
    const { place, daemon, state, rounds } = await sceneOf(async (made) => {
      await hold(made);
      await made.call("executable", "hold", `--state-dir=${other(made)}`);
    });
    renameSync(state, `${state}.away`);
    renameSync(other(place), state);
    await until(() => daemon.said().includes("another store is in its place"));
    await place.call("executable", "resume");
    await rounds(ENOUGH_ROUNDS);
    expect(place.done()).toEqual([]);
    await daemon.stop();
    place.start("executable");
    await until(() => place.done().length === 1);
  },
);

test.concurrent("an order in another state directory than the daemon's is refused", async () => {
  const { place, daemon } = await sceneOf(async () => {});
  const ended = await place.call("executable", "hold", `--state-dir=${other(place)}`);
  expect(ended).toMatchObject({ code: 74, stdout: "" });
  expect(ended.stderr).toContain(`the process ${daemon.pid} of user`);
  expect(existsSync(other(place))).toBe(false);
});

test.concurrent("a store without its marker is known by the daemon's lock in it", async () => {
  const place = placeOf();
  await place.call("executable", "--once");
  rmSync(join(place.folder, "store.json"));
  const lock = join(place.folder, "supervise.lock");
  const holder = Bun.spawn(["flock", "--no-fork", lock, "sh", "-c", "echo held; exec cat"], {
    stdin: "pipe",
    stdout: "pipe",
  });
  await holder.stdout.getReader().read();
  const refused = await hold(place);
  expect(refused).toMatchObject({ code: 74, stdout: "" });
  expect(refused.stderr).toContain(`the process ${holder.pid} of user`);
  await holder.stdin.end();
  await holder.exited;
  expect(await hold(place)).toMatchObject({ code: 0 });
});

test.concurrent("two first orders at one time are both given", async () => {
  const place = placeOf();
  const ended = await Promise.all(Array.from({ length: 8 }, () => hold(place)));
  expect(ended.map(({ code }) => code)).toEqual(ended.map(() => 0));
});

test.concurrent(
  "a store of which a part is missing at the start is told, and nobody is revived",
  async () => {
    const place = placeOf();
    writeCell(place.root, ID, DEAD);
    place.configure({ revive: [{ command: place.DO, delay_seconds: 600 }] });
    await hold(place);
    await place.call("executable", "resume");
    rmSync(join(place.folder, "orders"), { recursive: true });
    const once = await place.call("executable", "--once");
    expect(once).toMatchObject({ code: 74, stderr: expect.stringContaining("orders: it is gone") });
    expect(await place.call("executable", "hold")).toMatchObject({ code: 74, stdout: "" });
    expect(existsSync(join(place.folder, "orders"))).toBe(false);
  },
);

const noMounts = lacking("root", "mount", "umount");
test.skipIf(noMounts !== "")(
  `unmounted, a state directory permits nothing; mounted again, it is the one it was${noMounts}`,
  async () => {
    const scene = await sceneOf(async (place) => {
      const state = join(place.here, "state");
      mkdirSync(state);
      mkdirSync(join(place.here, "disk"));
      expect(mount(place)).toBe(0);
      await hold(place);
    });
    const { place, daemon, state, rounds } = scene;
    try {
      expect(Bun.spawnSync(["umount", "-l", state]).exitCode).toBe(0);
      await until(() => isLost(daemon));
      await rounds(ENOUGH_ROUNDS);
      expect(mount(place)).toBe(0);
      await until(() => daemon.said().includes(BACK));
      await rounds(2);
      expect(place.done()).toEqual([]);
      await place.call("executable", "resume");
      await until(() => place.done().length === 1);
      await daemon.stop();
    } finally {
      Bun.spawnSync(["umount", "-l", state]);
    }
  },
);

const mount = ({ here }: Place): number =>
  Bun.spawnSync(["mount", "--bind", join(here, "disk"), join(here, "state")]).exitCode;
