/** The lock for the moment of one read-modify-write. */
import { existsSync, openSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, setSystemTime, test } from "bun:test";
import { awaitBriefLock } from "../../lib/host/locks/brief-lock.ts";
import { scratch } from "../tools/program.ts";

const here = scratch();
const dir = openSync(here, "r");
const aged = (name: string, seconds: number) => {
  writeFileSync(join(here, name), "");
  const then = Date.now() / 1000 - seconds;
  utimesSync(join(here, name), then, then);
};

test("holds one process at a time, and leaves nothing behind", async () => {
  const release = await awaitBriefLock(dir, "x");
  let isTaken = false;
  const second = awaitBriefLock(dir, "x").then((next) => ((isTaken = true), next));
  await Bun.sleep(30);
  expect(isTaken).toBe(false);
  release?.();
  const next = await second;
  expect(next).toBeFunction();
  next?.();
  expect(readdirSync(here)).toEqual([]);
});

test.each([
  ["was killed", 60],
  ["was killed before the clock was set back", -60],
])("takes the lock of a holder that %s", async (_, age) => {
  aged("x", age);
  const release = await awaitBriefLock(dir, "x");
  expect(release).toBeFunction();
  release?.();
  expect(readdirSync(here)).toEqual([]);
});

test.each([
  ["another process", 0],
  ["another host, by the clock of a file server that is behind ours", 60],
])("continues without the lock while %s keeps it, and does not remove it", async (_, seconds) => {
  aged("x", 0);
  setSystemTime(Date.now() + 1000 * seconds);
  try {
    expect(await awaitBriefLock(dir, "x")).toBeUndefined();
  } finally {
    setSystemTime();
  }
  expect(readdirSync(here)).toEqual(["x"]);
});

test("does not remove the lock of another process that took it over as abandoned", async () => {
  const release = await awaitBriefLock(dir, "y");
  aged("y", 60);
  const other = await awaitBriefLock(dir, "y");
  release?.();
  expect(existsSync(join(here, "y"))).toBe(true);
  other?.();
  expect(existsSync(join(here, "y"))).toBe(false);
});
