import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { Report } from "../../lib/contract/report.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { IS_ROOT, NOBODY } from "../tools/privileges.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { modeOf, treeOf } from "../tools/tree.ts";

const here = scratch();
const root = join(here, "missions");
writeCell(root, idOf(1));
let count = 0;
let dir: string;
let file: string;
beforeEach(() => {
  mkdirSync((dir = join(here, `out-${count++}`)));
  file = join(dir, "report");
});

describe.each(FORMS)("scan --output (%s)", (form) => {
  const scan = (...args: string[]) => run([...command(form, "scan"), "--root", root, ...args]);
  const refusedCall = (...args: string[]) => refused(form, "scan", ["--root", root, ...args]);

  test("writes the report as JSON, says nothing, and leaves no other file", async () => {
    expect(await scan("--output", file)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(v.is(Report, JSON.parse(readFileSync(file, "utf8")))).toBe(true);
    expect(readdirSync(dir)).toEqual(["report"]);
    expect(modeOf(file)).toBe("100644");
  });

  test.each([
    ["--json", /^\{\n/],
    ["--ndjson", /^\{.*\}\n$/],
    ["--prometheus", /^# HELP mission_cells /],
  ])("writes what %s would print", async (flag, start) => {
    expect(await scan(flag, "--output", file)).toMatchObject({ code: 0, stdout: "" });
    expect(readFileSync(file, "utf8")).toMatch(start);
  });

  test("replaces the old report in one step: whoever has that open reads on", async () => {
    writeFileSync(file, "old");
    const old = lstatSync(file).ino;
    const reader = Bun.file(file).stream();
    expect(await scan("--output", file)).toMatchObject({ code: 0 });
    expect(lstatSync(file).ino).not.toBe(old);
    expect(readFileSync(file, "utf8")).toStartWith("{");
    await reader.cancel();
  });

  test.skipIf(!IS_ROOT)("gives root's report to no stranger who put a file there", async () => {
    for (const [mode, uid] of [
      [0o1777, 0],
      [0o755, NOBODY],
    ] as const) {
      writeFileSync(file, "planted");
      chownSync(file, NOBODY, NOBODY);
      chmodSync(file, 0o600);
      chmodSync(dir, mode);
      expect(await scan("--output", file)).toMatchObject({ code: 0 });
      expect(lstatSync(file)).toMatchObject({ uid, gid: uid });
      expect(modeOf(file)).toBe(uid === 0 ? "100644" : "100600");
    }
  });

  test("takes a path relative to where it is run", async () => {
    const call = [...command(form, "scan"), "--root", root, "--output=report"];
    expect(await run(call, { cwd: dir })).toMatchObject({ code: 0 });
    expect(readdirSync(dir)).toEqual(["report"]);
  });

  test.each([
    ["a directory", (path: string) => mkdirSync(path)],
    ["a symlink", (path: string) => symlinkSync(join(here, "target"), path)],
    ["a FIFO", (path: string) => void Bun.spawnSync(["mkfifo", path])],
  ])("refuses %s with 73, and leaves it there", async (kind, put) => {
    put(file);
    const before = treeOf(here);
    expect(await refusedCall("--output", file)).toEqual({
      code: 73,
      message: `Cannot write "${file}": it is ${kind}, not a regular file`,
      hint: "name a regular file, or leave --output out and use the shell's redirection",
    });
    expect(treeOf(here)).toEqual(before);
  });

  // A device of the test's own: were this to fail, the host's would be gone.
  test.skipIf(process.getuid?.() !== 0)(
    "refuses a device with 73, and leaves it there (root makes one)",
    async () => {
      await run(["mknod", file, "c", "1", "7"]);
      const before = lstatSync(file);
      expect(await refusedCall("--output", file)).toMatchObject({
        code: 73,
        message: `Cannot write "${file}": it is a device, not a regular file`,
      });
      const after = lstatSync(file);
      expect(after.isCharacterDevice()).toBe(true);
      expect(after.ino).toBe(before.ino);
    },
  );

  test("exits 73 where the folder is missing", async () => {
    const path = join(dir, "absent", "report");
    const said = await refusedCall("--output", path);
    expect(said).toMatchObject({
      code: 73,
      message: `Cannot write "${path}": no such file or directory (ENOENT)`,
      hint: "create its parent directory, or correct the path",
    });
    expect(readdirSync(dir)).toEqual([]);
  });
});
