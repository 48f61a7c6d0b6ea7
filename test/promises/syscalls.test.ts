/**
 * The system calls that are made through bun:ffi read what is there: a million looks, each checked
 * by its content, while the garbage collector works; and a call that fails changes no verdict.
 */
import { closeSync, constants, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import type { Report } from "../../lib/contract/report.ts";
import { chooseSyscalls } from "../../lib/host/syscalls/plan.ts";
import { type QuickSyscalls, readQuickly } from "../../lib/host/syscalls/quick-files.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { type Fault, pointsOf, runWithFault } from "../tools/inject.ts";
import { lacking } from "../tools/needs.ts";
import { command, MEMORY, run, scratch } from "../tools/program.ts";

const LOOKS = 500_000;
const FILES = 97;
/** Objects that keep the collector busy. */
const KEPT = 40_000;

const base = scratch(MEMORY);

/** File `n` repeats its own number, so that any other file's bytes, or stale ones, show. */
const CONTENTS = Array.from({ length: FILES }, (_, n) => `${n}:`.repeat(1 + 3 * n));

function makeFiles(): number {
  mkdirSync(join(base, "files", "meta"), { recursive: true });
  CONTENTS.forEach((text, n) => writeFileSync(join(base, "files", "meta", `${n}`), text));
  return openSync(join(base, "files"), constants.O_DIRECTORY);
}

test.each(["openat2", "openat"] as const)(`${LOOKS} looks by %s read what is there`, (plan) => {
  const calls = chooseSyscalls(plan) as QuickSyscalls;
  expect(calls.plan).toBe(plan);
  const fd = makeFiles();
  let kept: unknown[] = [];
  let wrong = 0;
  for (let look = 0; look < LOOKS; look++) {
    const n = look % FILES;
    // Every eighth name is absent: its error must not be taken for that of another call.
    const isAbsent = look % 8 === 0;
    const name = isAbsent ? `absent-${look}` : String(n);
    const met = readQuickly(calls, fd, { path: `meta/${name}`, dir: "meta", name });
    const isRight = isAbsent
      ? met === "absent"
      : typeof met !== "string" && met.text === CONTENTS[n];
    if (!isRight) wrong++;
    kept.push({ name, bytes: new Uint8Array(30) });
    if (kept.length > KEPT) kept = [];
  }
  closeSync(fd);
  expect(wrong).toBe(0);
});

const lack = lacking("strace");
const root = join(base, "missions");
mkdirSync(root);
for (const n of [1, 2]) writeCell(root, idOf(n));
const scan = [...command("executable", "scan"), "--root", root, "--json"];

/** The calls of a scan on its cells that are made through bun:ffi: node:fs gives absolute paths. */
const points =
  lack === ""
    ? (await pointsOf(scan, root, ["openat2"])).filter(
        ({ call, text }) => ["openat2", "statx"].includes(call) && !text.includes('"/'),
      )
    : [];

const verdictsOf = (text: string) =>
  (JSON.parse(text) as Report).cells.map(({ mission_id, status, problems }) => ({
    mission_id,
    status,
    problems,
  }));

describe.skipIf(lack !== "")(`a scan with one failed system call${lack}`, () => {
  test("makes the calls that are failed here", () => {
    expect(points.filter(({ call }) => call === "openat2").length).toBeGreaterThanOrEqual(8);
    expect(points.filter(({ call }) => call === "statx").length).toBeGreaterThanOrEqual(8);
  });

  // A file that cannot be opened for want of permission or descriptors is looked at once more.
  test.each(["ENOSYS", "EPERM", "EACCES", "EMFILE", "EINTR"])(
    "%s: same verdicts",
    async (errno) => {
      const sound = verdictsOf((await run(scan)).stdout);
      const fault: Fault = `error=${errno}`;
      for (const point of points) {
        const { code, stdout, stderr, fired } = await runWithFault(scan, point, fault);
        expect({ fired, code, stderr }, point.text).toEqual({ fired: true, code: 0, stderr: "" });
        expect(verdictsOf(stdout), point.text).toEqual(sound);
      }
    },
  );

  test.each(["ENOSYS", "EPERM"])("openat2 is never there (%s): same verdicts", async (errno) => {
    const strace = [
      "strace",
      "-f",
      "-qq",
      "-o",
      "/dev/null",
      "-e",
      `inject=openat2:error=${errno}`,
    ];
    const { code, stdout } = await run([...strace, ...scan]);
    expect(code).toBe(0);
    expect(verdictsOf(stdout)).toEqual(verdictsOf((await run(scan)).stdout));
  });
});
