/** What people type who know the programs by name only: each call ends with what to type next. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { closest } from "../../lib/cli/did-you-mean.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";

const here = scratch();
const root = join(here, "missions");
writeCell(root, idOf(0xabcd), { title: "Fix the tests" });
writeCell(root, idOf(0xabce), { title: "Write the docs" });
mkdirSync(join(here, "elsewhere"));

describe.each(ONE_FORM)("lazarus-pit (%s)", (form) => {
  const call = (line: string, cwd = root) =>
    run([...command(form, "lazarus-pit"), ...line.split(" ").filter((word) => word !== "")], {
      cwd,
      env: line.includes("--root") ? {} : { LAZARUS_PIT_ROOT: root },
    });

  test.concurrent.each([
    ["a typo in a verb", "scna", 64, "did you mean lazarus-pit scan?"],
    ["a verb of another command", "pause abcd", 64, "did you mean lazarus-pit mission pause ID?"],
    ["a typo in a flag", "scan --jsn", 64, "did you mean --json? see: lazarus-pit scan --help"],
    ["a flag with one dash", "scan -root x", 64, "did you mean --root?"],
    ["a typo in a status", "scan --status stael", 64, "did you mean stale?"],
    ["a typo in a step", "mission abcd puase", 64, "did you mean pause?"],
    ["a typo in a step before the id", "mission puase abcd", 64, "did you mean pause?"],
    ["an order without its flag", "supervise snooze abcd", 64, "such as: --for 20m"],
    ["what happened", "history", 64, "did you mean lazarus-pit supervise history?"],
    ["a step without a job", "jobs pause", 64, "type: lazarus-pit jobs pause JOB"],
    ["a typo in an order", "supervise snoze abcd", 64, "did you mean snooze?"],
    ["a typo in help", "help scna", 64, "did you mean lazarus-pit scan?"],
    ["no id", "heartbeat", 64, `list the cells with: lazarus-pit scan --root ${root}`],
    [
      "an id that no cell has",
      "mission beef",
      66,
      `list the cells with: lazarus-pit scan --root ${root}`,
    ],
    ["an id that two cells have", "mission 0b7e5a34", 64, "give more digits"],
    [
      "a title for a change",
      "mission pause docs",
      64,
      "last digits, as listed by: lazarus-pit scan --root",
    ],
    ["no such root", "scan --root ./nowhere", 66, "create it with: mkdir -p ./nowhere"],
  ])("%s: %s", async (_, line, code, hint) => {
    const ended = await call(line);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: "" });
    expect(ended.stderr.split("\n")[1]).toContain(hint);
  });

  test.concurrent.each([
    ["", "USAGE lazarus-pit [OPTIONS] <command>"],
    ["help", "USAGE lazarus-pit"],
    ["-h", "USAGE lazarus-pit"],
    ["help scan", "USAGE lazarus-pit scan"],
    ["scan help", "USAGE lazarus-pit scan"],
    ["heartbeat help run", "USAGE lazarus-pit heartbeat run"],
    ["help heartbeat run", "USAGE lazarus-pit heartbeat run"],
    ["mission", "Fix the tests"],
    ["mission abcd", "Fix the tests"],
    ["-V", "0.1.0"],
    ["version", "0.1.0"],
  ])("answers %p", async (line, part) => {
    const { code, stdout, stderr } = await call(line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(part);
  });

  test("takes a step and an id in either order", async () => {
    expect(await call("mission pause abcd")).toMatchObject({ code: 0, stdout: "paused\n" });
    expect(await call("mission abcd resume")).toMatchObject({ code: 0, stdout: "active\n" });
  });

  test("finds cell and root inside a cell", async () => {
    const worktree = join(root, idOf(0xabcd), "worktree");
    const inCell = (...args: string[]) =>
      run([...command(form, "lazarus-pit"), ...args], { cwd: worktree });
    expect((await inCell("mission")).stdout).toContain(idOf(0xabcd));
    expect((await inCell("scan", "--explain")).stdout).toContain(idOf(0xabcd));
    expect(await inCell("heartbeat")).toMatchObject({ code: 0, stderr: "" });
    expect(await inCell("mission", "pause")).toMatchObject({ code: 0, stdout: "paused\n" });
    expect(await inCell("mission", "resume")).toMatchObject({ code: 0, stdout: "active\n" });
  });
});

test.each([
  ["scna", "scan"],
  ["supervsie", "supervise"],
  ["sup", "supervise"],
  ["--jsn", "--json"],
  ["--heartbeat_dir", "--heartbeat-dir"],
  ["x", undefined],
  ["frobnicate", undefined],
  ["x".repeat(10_000), undefined],
])("takes %p for %p", (word, meant) => {
  const known = ["scan", "supervise", "mission", "--json", "--heartbeat-dir"];
  expect(closest(word, known)).toBe(meant);
});
