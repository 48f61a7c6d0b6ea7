/**
 * No event is lost, wherever supervise is killed. A round that has a message of an earlier one to
 * deliver, and events of its own, meets SIGKILL at every system call that changes the disk or runs
 * the receiver, from its first one in the store on; then the next round delivers. And a daemon is
 * killed again and again.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import type { Message } from "../../lib/contract/event.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { killAtEach, type Point, pointsOf, runWithFault } from "../tools/inject.ts";
import { lacking } from "../tools/needs.ts";
import { command } from "../tools/program.ts";
import { type Place, placeOf, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();
const AT_ONCE = 4;
const CHANGES =
  /^(?:write|pwrite64|writev|fsync|rename\w*|link|linkat|unlink|unlinkat|mkdir|mkdirat|chown|fchown|vfork|wait4)$/;
const SPAWNING = ["vfork", "wait4"];

const once = (place: Place) => [
  ...command("executable", "supervise"),
  "--once",
  "--config",
  place.config,
];

/** A place where a message about one cell waits, and another cell is dead. */
async function waiting(): Promise<Place> {
  const place = placeOf({ notify: { command: ["false"] } });
  writeCell(place.root, idOf(1), { age: 60 });
  await place.call("executable", "--once");
  writeCell(place.root, idOf(2), { age: 60 });
  place.configure({ notify: place.TELL });
  return place;
}

/** Each event once and in order, but for messages that came twice, unchanged. */
function checkTold(place: Place, count: number, met: string): void {
  const distinct = new Map<string, Message>();
  for (const message of place.told()) {
    const before = distinct.get(message.id);
    if (before !== undefined) expect(message, met).toEqual(before);
    distinct.set(message.id, message);
  }
  const messages = [...distinct.values()];
  const missions = messages.flatMap(({ events }) => events.map((event) => event.mission_id));
  expect(missions, met).toEqual(Array.from({ length: count }, (_, n) => idOf(n + 1)));
  const sequences = messages.map(({ sequence }) => sequence);
  expect(sequences, met).toEqual(sequences.toSorted((a, b) => a - b));
  expect(new Set(sequences).size, met).toBe(sequences.length);
}

/** Kills a round at one call, and runs it again; true when it was killed. */
async function killAt(point: Point): Promise<boolean> {
  const place = await waiting();
  const { fired } = await runWithFault(once(place), point, "signal=SIGKILL");
  const met = `${point.call} ${point.nth}: ${point.text}`;
  expect(await place.call("executable", "--once"), met).toMatchObject({ code: 0 });
  // The receiver that the killed round started may still be writing.
  await until(() => place.told().length >= 2);
  checkTold(place, 2, met);
  return fired;
}

async function pointsOfRound(): Promise<Point[]> {
  const place = await waiting();
  const points = await pointsOf(once(place), place.root, SPAWNING);
  const first = points.findIndex(({ text }) => text.includes("store.json"));
  return points.slice(first).filter(({ call }) => CHANGES.test(call));
}

const lack = lacking("strace");
const points = lack === "" ? await pointsOfRound() : [];

describe.skipIf(lack !== "")(`a round with notifications${lack}`, () => {
  test("remembers a change only together with its message, on the disk", () => {
    const find = (call: string, word: string) =>
      points.findIndex(({ call: name, text }) => name === call && text.includes(word));
    const after = (index: number, name: string) =>
      points.findIndex(({ call }, at) => at > index && call === name);
    const syncAfter = (index: number) => after(index, "fsync");
    const [memory, message] = [find("rename", "memory.json"), find("rename", "000000000002.json")];
    const steps = [
      points.findLastIndex(({ call }, at) => at < memory && call === "fsync"),
      memory,
      syncAfter(memory),
      message,
      syncAfter(message),
      after(syncAfter(message), "vfork"),
      find("rename", "delivered.json"),
    ];
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps).not.toContain(-1);
  });

  test("killed at any system call, delivers each event, in order", async () => {
    const fired = await killAtEach(points, killAt, AT_ONCE);
    expect(fired.length).toBeGreaterThan(20);
    expect(fired.filter(Boolean).length).toBeGreaterThan(0.8 * fired.length);
  });
});

test("a daemon that is killed at any moment delivers each event, in order", async () => {
  const place = placeOf();
  place.configure({ notify: { command: ["sh", "-c", `cat >>${place.here}/told; sleep 0.2`] } });
  for (let n = 1; n <= 8; n++) {
    // Eight silent cells would make supervise suspect the host, and report only that.
    mkdirSync(join(place.root, idOf(n)));
    const daemon = place.start("executable");
    await until(() => place.report().summary.total === n);
    await Bun.sleep(60 * n);
    daemon.signal("SIGKILL");
    await daemon.exited;
  }
  const told = () => new Set(place.told().flatMap(({ events }) => events.map((e) => e.mission_id)));
  const daemon = place.start("executable");
  await until(() => told().size === 8);
  await daemon.stop();
  checkTold(place, 8, "at the end");
});
