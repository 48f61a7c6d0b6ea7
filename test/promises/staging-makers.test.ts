/**
 * Promise 1, for builders that a pid alone does not identify: in a container init-cell is process 1,
 * there is always a process 1, and all containers of a host share its boot.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { bootId, thisProcess } from "../../lib/host/host.ts";
import { stagingBuilder, stagingName } from "../../lib/cell/rules/staging-name.ts";
import { eventually } from "../tools/background.ts";
import { idOf } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";

const RANDOM = "fedcba9876543210";
const [HOUR, DAY] = [60, 24 * 60];
const CONTAINER = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
const lack = lacking("root", "unshare");
const here = scratch();
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

function untouchedFor(name: string, minutes: number): void {
  const then = new Date(Date.now() - minutes * 60_000);
  utimesSync(join(root, name), then, then);
}

function leave(name: string, minutes: number): string {
  mkdirSync(join(root, name));
  untouchedFor(name, minutes);
  return name;
}

/** Calls init-cell for another cell, and says whether it has swept `name`. */
async function isSwept(name: string, prefix: readonly string[] = []): Promise<boolean> {
  const argv = [...command("executable", "init-cell"), `--root=${root}`, "--json"];
  expect(await run([...prefix, ...argv])).toMatchObject({ code: 0 });
  return !existsSync(join(root, name));
}

test("without more than a pid, even one in use, staging is kept for a day and no longer", async () => {
  for (const pid of [1, process.pid]) {
    const name = stagingName(idOf(1), { boot_id: bootId(), pid }, RANDOM);
    expect(await isSwept(leave(name, DAY - HOUR))).toBe(false);
    untouchedFor(name, DAY + HOUR);
    expect(await isSwept(name)).toBe(true);
  }
});

test("staging is not kept for a later process that has the builder's pid now", async () => {
  const { start_ticks = 0, ...us } = thisProcess();
  const name = stagingName(idOf(1), { ...us, start_ticks: start_ticks + 1 }, RANDOM);
  expect(await isSwept(leave(name, 11))).toBe(true);
});

describe.skipIf(lack !== "")(`in a container${lack}`, () => {
  /** The name of what an init-cell was making there, as process 1, when all of it was killed. */
  async function killedInContainer(): Promise<string> {
    const slow = join(here, "slow-git");
    mkdirSync(slow, { recursive: true });
    writeFileSync(join(slow, "git"), "#!/bin/sh\nexec sleep 600\n");
    chmodSync(join(slow, "git"), 0o755);
    const env = { ...process.env, PATH: `${slow}:${process.env["PATH"]}` };
    const init = [...command("executable", "init-cell"), idOf(1), `--root=${root}`];
    const argv = [...CONTAINER, ...init, "--repo=https://127.0.0.1:1/x"];
    const container = Bun.spawn(argv, { env, stdio: ["ignore", "ignore", "ignore"] });
    const name = await eventually(async () => readdirSync(root)[0]);
    container.kill("SIGKILL");
    await container.exited;
    return name;
  }

  test.each([
    ["the host", []],
    ["another container, whose own init-cell is process 1", CONTAINER],
  ])("a killed maker is swept after a day from %s", async (_, prefix) => {
    const name = await killedInContainer();
    expect(stagingBuilder(name)).toMatchObject({ pid: 1 });
    untouchedFor(name, DAY - HOUR);
    const scan = [...command("executable", "scan"), "--json", `--root=${root}`];
    const { ignored } = JSON.parse((await run([...prefix, ...scan])).stdout) as {
      ignored: unknown;
    };
    const why = "a cell being created by an init-cell that is not visible from here";
    expect(ignored).toEqual([{ name, why }]);
    expect(await isSwept(name, prefix)).toBe(false);
    untouchedFor(name, DAY + HOUR);
    expect(await isSwept(name, prefix)).toBe(true);
  });
});
