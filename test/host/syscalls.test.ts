import { describe, expect, test } from "bun:test";
import { constants, mkdirSync, openSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FILE_LIMIT } from "../../lib/contract/cell.ts";
import { hasOpenat2, loadLibc, O_CLOEXEC, openHow } from "../../lib/host/syscalls/libc.ts";
import { chooseSyscalls } from "../../lib/host/syscalls/plan.ts";
import {
  findDirectoryQuickly,
  findFileQuickly,
  type QuickSyscalls,
  readQuickly,
} from "../../lib/host/syscalls/quick-files.ts";
import { command, run, scratch } from "../tools/program.ts";
import { idOf, writeCell } from "../tools/cells.ts";

const base = scratch();
const folder = join(base, "cell");
for (const dir of ["cell", "cell/meta", "outside"]) mkdirSync(join(base, dir));
const fd = openSync(folder, constants.O_DIRECTORY);
const twoNames = (name: string, dir = "meta") => ({ path: `${dir}/${name}`, dir, name });
const put = (name: string, text: string | Uint8Array) =>
  writeFileSync(join(folder, "meta", name), text);

describe.each(["openat2", "openat"] as const)("the plan %s", (plan) => {
  const calls = chooseSyscalls(plan) as QuickSyscalls;

  test("is the one that was asked for", () => {
    expect(calls.plan).toBe(plan);
  });

  test("reads a file with its time", () => {
    put("plain", "tëxt");
    utimesSync(join(folder, "meta", "plain"), 1_700_000_000, 1_700_000_000.25);
    const look = { text: "tëxt", writtenMs: 1_700_000_000_250 };
    expect(readQuickly(calls, fd, twoNames("plain"))).toEqual(look);
  });

  test("reads up to the limit, and keeps a byte order mark", () => {
    put("full", "x".repeat(FILE_LIMIT));
    expect(readQuickly(calls, fd, twoNames("full"))).toMatchObject({
      text: "x".repeat(FILE_LIMIT),
    });
    put("marked", "\ufeffx");
    expect(readQuickly(calls, fd, twoNames("marked"))).toMatchObject({ text: "\ufeffx" });
  });

  test("reports what is absent", () => {
    expect(readQuickly(calls, fd, twoNames("absent"))).toBe("absent");
    expect(readQuickly(calls, fd, twoNames("absent", "absent"))).toBe("absent");
    expect(findFileQuickly(calls, fd, twoNames("absent"))).toBe("absent");
    expect(findDirectoryQuickly(calls, fd, "absent")).toBe("absent");
  });

  test("leaves everything else to the full observation", () => {
    put("large", "x".repeat(FILE_LIMIT + 1));
    put("not-utf8", Uint8Array.of(0xff));
    symlinkSync("plain", join(folder, "meta", `link-${plan}`));
    symlinkSync("../outside", join(folder, `link-${plan}`));
    for (const name of ["large", "not-utf8", `link-${plan}`])
      expect([name, readQuickly(calls, fd, twoNames(name))]).toEqual([name, "unclear"]);
    expect(readQuickly(calls, fd, twoNames("plain", `link-${plan}`))).toBe("unclear");
    expect(findFileQuickly(calls, fd, twoNames(`link-${plan}`))).toBe("unclear");
    expect(findDirectoryQuickly(calls, fd, `link-${plan}`)).toBe("unclear");
  });
});

describe("openat2(2)", () => {
  const libc = loadLibc();
  if (libc === undefined) throw new Error("bun:ffi cannot be used here");
  writeFileSync(join(base, "outside", "secret"), "secret");
  symlinkSync("../outside", join(folder, "escape"));
  const READ = constants.O_RDONLY | O_CLOEXEC;
  const ELOOP = 40;
  const EXDEV = 18;

  test("follows a symlink only without the restriction", () => {
    const free = libc.openat2(fd, "escape/secret", openHow(READ, 0));
    expect(free).toBeGreaterThan(2);
    libc.close(free);
    expect(libc.openat2(fd, "escape/secret", openHow(READ))).toBe(-1);
    expect(libc.errno()).toBe(ELOOP);
  });

  test("does not leave the directory", () => {
    expect(libc.openat2(fd, "../outside/secret", openHow(READ))).toBe(-1);
    expect(libc.errno()).toBe(EXDEV);
  });

  test("is not used where it does not refuse", () => {
    expect(hasOpenat2(libc)).toBe(true);
    // As under a sandbox that answers every call with success, or with ENOSYS.
    expect(hasOpenat2({ ...libc, openat2: () => openSync("/", "r") })).toBe(false);
    expect(hasOpenat2({ ...libc, openat2: () => -1, errno: () => 38 })).toBe(false);
  });
});

describe.each(["openat2", "openat", "proc"])("with LAZARUS_PIT_TEST_SYSCALLS=%s", (plan) => {
  const root = join(base, `missions-${plan}`);
  mkdirSync(root);
  writeCell(root, idOf(1));

  test.each(["executable", "script"] as const)("the %s scans", async (form) => {
    const argv = [...command(form, "scan"), "--root", root, "--json"];
    const { stdout } = await run(["env", `LAZARUS_PIT_TEST_SYSCALLS=${plan}`, ...argv]);
    expect(JSON.parse(stdout)).toMatchObject({ summary: { total: 1, healthy: 1 } });
  });
});
