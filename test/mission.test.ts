import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../lib/schemas/cell.ts";
import { MISSION_STATUSES, type MissionStatus } from "../lib/schemas/mission.ts";
import { idOf, writeCell } from "./tools/cells.ts";
import { command, FORMS, run, scratch } from "./tools/program.ts";
import { refused } from "./tools/refusal.ts";
import { treeOf } from "./tools/tree.ts";

const here = scratch();
const ID = idOf(1);
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

const missionText = () => readFileSync(join(root, ID, CELL_FILES.mission), "utf8");
const logLines = () =>
  readFileSync(join(root, ID, CELL_FILES.log), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);

/** The life of a mission; a step from anywhere else is refused. */
const STEPS: Record<string, { from: MissionStatus[]; to: MissionStatus }> = {
  activate: { from: ["initialized"], to: "active" },
  pause: { from: ["active"], to: "paused" },
  resume: { from: ["paused"], to: "active" },
  complete: { from: ["active", "paused"], to: "completed" },
  fail: { from: ["active", "paused"], to: "failed" },
  abandon: { from: ["initialized", "active", "paused"], to: "abandoned" },
};
const HINTS: Record<MissionStatus, string> = {
  initialized: "from initialized it can: activate, abandon",
  active: "from active it can: pause, complete, fail, abandon",
  paused: "from paused it can: resume, complete, fail, abandon",
  completed: "completed is final: make a new mission with init-cell",
  failed: "failed is final: make a new mission with init-cell",
  abandoned: "abandoned is final: make a new mission with init-cell",
};
const CASES = Object.entries(STEPS).flatMap(([step, { from: allowed, to }]) =>
  MISSION_STATUSES.map((from) => ({ step, from, to, isAllowed: allowed.includes(from) })),
);
const ALLOWED = CASES.filter(({ isAllowed }) => isAllowed);
const ALREADY = CASES.filter(({ from, to }) => from === to);
const REFUSED = CASES.filter(({ isAllowed, from, to }) => !isAllowed && from !== to);

describe.each(FORMS)("mission (%s)", (form) => {
  const mission = (...args: string[]) =>
    run([...command(form, "mission"), "--root", root, ID, ...args]);
  const refusedCall = (...args: string[]) =>
    refused(form, "mission", ["--root", root, ID, ...args]);

  test.each(ALLOWED)("$step takes $from to $to, and logs it", async ({ step, from, to }) => {
    writeCell(root, ID, { status: from, title: "kept" });
    const before = JSON.parse(missionText()) as object;
    expect(await mission(step, "--reason", "as planned\nby ops")).toEqual({
      code: 0,
      stdout: `${to}\n`,
      stderr: "",
    });
    const updated_at = expect.any(String) as string;
    expect(JSON.parse(missionText())).toEqual({ ...before, status: to, updated_at });
    const timestamp = updated_at;
    const reason = "as planned\nby ops";
    expect(logLines()).toEqual([
      { timestamp, program: "mission", event: "status", from, to, reason },
    ]);
  });

  test.each(REFUSED)("$step is refused from $from with 65", async ({ step, from }) => {
    const cell = writeCell(root, ID, { status: from });
    const before = treeOf(cell);
    expect(await refusedCall(step)).toEqual({
      code: 65,
      message: `Cannot ${step} mission ${ID}: it is ${from}`,
      hint: HINTS[from],
    });
    expect(treeOf(cell)).toEqual(before);
  });

  test.each(ALREADY)("$step changes nothing in a mission that is $from", async ({ step, from }) => {
    const cell = writeCell(root, ID, { status: from });
    const before = treeOf(cell);
    expect(await mission(step)).toEqual({
      code: 0,
      stdout: `${from}\n`,
      stderr: "mission: nothing to do: it stands there already\n",
    });
    expect(treeOf(cell)).toEqual(before);
  });

  test("prints the whole mission after a step with --json", async () => {
    writeCell(root, ID, { title: "kept" });
    const { stdout } = await mission("pause", "--json");
    expect(JSON.parse(stdout)).toEqual(JSON.parse(missionText()));
  });
});
