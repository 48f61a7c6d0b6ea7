import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { MISSION_STATUSES, type MissionStatus } from "../../lib/contract/mission.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { contentOf } from "../tools/tree.ts";

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

/** The steps of a mission; from any other status they are refused. */
const STEPS: Record<string, { from: MissionStatus[]; to: MissionStatus }> = {
  activate: { from: ["initialized"], to: "active" },
  pause: { from: ["active"], to: "paused" },
  resume: { from: ["paused"], to: "active" },
  complete: { from: ["active", "paused"], to: "completed" },
  fail: { from: ["active", "paused"], to: "failed" },
  abandon: { from: ["initialized", "active", "paused"], to: "abandoned" },
};
const HINTS: Record<MissionStatus, string> = {
  initialized: "steps from initialized: activate, abandon",
  active: "steps from active: pause, complete, fail, abandon",
  paused: "steps from paused: resume, complete, fail, abandon",
  completed: "completed is final: create a new mission with: init-cell --root ROOT",
  failed: "failed is final: create a new mission with: init-cell --root ROOT",
  abandoned: "abandoned is final: create a new mission with: init-cell --root ROOT",
};
const CASES = Object.entries(STEPS).flatMap(([step, { from: allowed, to }]) =>
  MISSION_STATUSES.map((from) => ({ step, from, to, isAllowed: allowed.includes(from) })),
);
const ALLOWED = CASES.filter(({ isAllowed }) => isAllowed);
const ALREADY = CASES.filter(({ from, to }) => from === to);
const REFUSED = CASES.filter(({ isAllowed, from, to }) => !isAllowed && from !== to);

describe.each(ONE_FORM)("mission (%s)", (form) => {
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

  test("acknowledge records and logs once that a failure was seen", async () => {
    writeCell(root, ID, { status: "failed", mission: { of_the_agent: 1.0 } });
    const before = JSON.parse(missionText()) as object;
    expect(await mission("acknowledge", "--reason=seen")).toEqual({
      code: 0,
      stdout: "failed\n",
      stderr: "mission: acknowledged: failed\n",
    });
    const acknowledged_at = expect.any(String) as string;
    expect(JSON.parse(missionText())).toEqual({ ...before, acknowledged_at });
    const event = { program: "mission", event: "acknowledged", what: "failed", reason: "seen" };
    expect(logLines()).toEqual([{ timestamp: acknowledged_at, ...event }]);
    const after = missionText();
    expect(await mission("acknowledge")).toMatchObject({
      code: 0,
      stderr: "mission: nothing to do: there is nothing to acknowledge\n",
    });
    expect({ text: missionText(), lines: logLines().length }).toEqual({ text: after, lines: 1 });
  });

  // Each step creates and removes a lock file in meta/, which changes that directory's time.
  test.each(REFUSED)("$step is refused from $from with 65", async ({ step, from }) => {
    const cell = writeCell(root, ID, { status: from });
    const before = contentOf(cell);
    expect(await refusedCall(step)).toEqual({
      code: 65,
      message: `Cannot ${step} mission ${ID}: it is ${from}`,
      hint: HINTS[from].replace("ROOT", root),
    });
    expect(contentOf(cell)).toEqual(before);
  });

  test.each(ALREADY)("$step changes nothing in a mission that is $from", async ({ step, from }) => {
    const cell = writeCell(root, ID, { status: from });
    const before = contentOf(cell);
    expect(await mission(step)).toEqual({
      code: 0,
      stdout: `${from}\n`,
      stderr: `mission: nothing to do: it is already ${from}\n`,
    });
    expect(contentOf(cell)).toEqual(before);
  });

  test("prints the whole mission after a step with --json", async () => {
    writeCell(root, ID, { title: "kept" });
    const { stdout } = await mission("pause", "--json");
    expect(JSON.parse(stdout)).toEqual(JSON.parse(missionText()));
  });
});
