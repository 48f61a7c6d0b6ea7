import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";

const here = scratch();
const ID = idOf(1);
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

describe.each(FORMS)("mission (%s)", (form) => {
  const mission = (...args: string[]) =>
    run([...command(form, "mission"), "--root", root, ID, ...args]);
  const refusedCall = (...args: string[]) =>
    refused(form, "mission", ["--root", root, ID, ...args]);

  test("waits for the process that holds the lock on its status, then continues and leaves no lock", async () => {
    const cell = writeCell(root, ID);
    const holder = await holdLock(lockOf(cell), "0.5");
    expect(await mission("pause")).toMatchObject({ code: 0, stdout: "paused\n" });
    await holder.exited;
    expect(readdirSync(join(cell, "meta"))).toEqual(["mission.json"]);
  });

  test("exits 75 while another process holds the lock, naming it, and changes nothing", async () => {
    const cell = writeCell(root, ID);
    const before = readFileSync(join(cell, CELL_FILES.mission), "utf8");
    const holder = await holdLock(lockOf(cell), "30");
    expect(await refusedCall("pause")).toEqual({
      code: 75,
      message: `Cannot change mission ${ID}: the process ${holder.pid} of user ${process.getuid?.()} holds the lock on its status`,
      hint: `run it again in a moment, or end that process: kill ${holder.pid}`,
    });
    expect(readFileSync(join(cell, CELL_FILES.mission), "utf8")).toBe(before);
    holder.kill();
    await holder.exited;
    expect(await mission("pause")).toMatchObject({ code: 0 });
  });

  test("lets one of many at once win each step, and loses no log line", async () => {
    const cell = writeCell(root, ID);
    const calls = Array.from({ length: 8 }, () => mission("pause"));
    const codes = (await Promise.all(calls)).map(({ code }) => code);
    expect(codes.filter((code) => code !== 0 && code !== 75)).toEqual([]);
    expect(readFileSync(join(cell, CELL_FILES.log), "utf8").match(/"to":"paused"/g)).toHaveLength(
      1,
    );
  });

  test("finds flock without a PATH, as under env -i", async () => {
    writeCell(root, ID);
    const argv = [process.execPath, ...command("script", "mission")];
    const bare = form === "script" ? argv : command(form, "mission");
    const ended = await run(["env", "-i", ...bare, ID, "pause", "--root", root]);
    expect(ended).toEqual({ code: 0, stdout: "paused\n", stderr: "" });
  });

  test("exits 69 where flock is not installed", async () => {
    writeCell(root, ID);
    const env = { PATH: join(import.meta.dir, "../../node_modules/.bin") };
    expect(await refused(form, "mission", ["--root", root, ID, "pause"], { env })).toEqual({
      code: 69,
      message: "Cannot lock the cell: flock is not installed",
      hint: "install util-linux",
    });
  });
});

const lockOf = (cell: string): string => join(cell, "meta/.lazarus-pit.status.lock");

/** Starts a process that holds the lock on `file`, and waits until it does. */
async function holdLock(file: string, seconds: string) {
  const script = 'echo held; exec sleep "$1"';
  writeFileSync(file, "", { mode: 0o600 });
  const argv = ["flock", "--no-fork", file, "sh", "-c", script, "sh", seconds];
  const holder = Bun.spawn(argv, { stdout: "pipe" });
  await holder.stdout.getReader().read();
  return holder;
}
