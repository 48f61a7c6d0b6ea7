import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_DIRS, CELL_FILES } from "../../lib/contract/cell.ts";
import type { MissionStatus } from "../../lib/contract/mission.ts";
import { idOf, writeCell, writeJson } from "../tools/cells.ts";
import { ONE_FORM, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { treeOf } from "../tools/tree.ts";

const here = scratch();
const ID = idOf(1);
const explainHint = () => `see its problems with: scan --explain ${ID} --root ${root}`;
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

describe.each(ONE_FORM)("heartbeat (%s)", (form) => {
  const refusedCall = async (...args: string[]) => {
    const before = treeOf(here);
    const said = await refused(form, "heartbeat", ["--root", root, ...args]);
    expect(treeOf(here)).toEqual(before);
    return said;
  };

  test("exits 66 without a cell, and prints how to create it", async () => {
    expect(await refusedCall(ID)).toEqual({
      code: 66,
      message: `Cannot beat for mission ${ID}: there is no such cell under "${root}"`,
      hint: `list the cells with: scan --root ${root}; create this one with: init-cell ${ID} --root ${root}`,
    });
  });

  test.each([
    [
      "completed",
      "it has ended (completed)",
      "stop its agent: no beats are expected of an ended mission",
    ],
    [
      "failed",
      "it has ended (failed)",
      "stop its agent: no beats are expected of an ended mission",
    ],
    [
      "abandoned",
      "it has ended (abandoned)",
      "stop its agent: no beats are expected of an ended mission",
    ],
  ] as [MissionStatus, string, string][])(
    "exits 65 for a mission that is %s",
    async (status, why, hint) => {
      writeCell(root, ID, { status });
      const message = `Cannot beat for mission ${ID}: ${why}`;
      expect(await refusedCall(ID)).toEqual({ code: 65, message, hint });
    },
  );

  test("exits 65 for a mission that is paused, and prints how to resume it", async () => {
    writeCell(root, ID, { status: "paused" });
    expect(await refusedCall(ID)).toEqual({
      code: 65,
      message: `Cannot beat for mission ${ID}: it is paused`,
      hint: `resume it with: mission ${ID} resume --root ${root}`,
    });
  });

  test.each([CELL_FILES.mission, CELL_FILES.config])("exits 65 when %s is broken", async (path) => {
    writeJson(writeCell(root, ID), path, '{"mission_id": ');
    expect(await refusedCall(ID)).toEqual({
      code: 65,
      message: `Cannot beat for mission ${ID}: ${path} is malformed: it ends before its last bracket: it was cut off`,
      hint: explainHint(),
    });
  });

  test.each([...CELL_DIRS])("exits 65 without %s", async (dir) => {
    rmSync(join(writeCell(root, ID), dir), { recursive: true });
    expect(await refusedCall(ID)).toEqual({
      code: 65,
      message: `Cannot beat for mission ${ID}: ${dir} does not exist`,
      hint: explainHint(),
    });
  });

  test("exits 65 for a mission.json that names another mission", async () => {
    writeCell(root, ID, { mission: { mission_id: idOf(2) } });
    expect(await refusedCall(ID)).toMatchObject({
      code: 65,
      message: expect.stringContaining(`names another mission: "${idOf(2)}"`),
    });
  });

  test.each([
    ["--state=Working", '"Working" for --state: Expected a lower-case word, such as working'],
    ["--state=a b", '"a b" for --state: Expected a lower-case word, such as working'],
    ["--interval=soon", '"soon" for --interval: Expected a duration such as 90, 30s, 5m or 2h'],
    ["--interval=1.5h", '"1.5h" for --interval: Expected a duration such as 90, 30s, 5m or 2h'],
    ["--interval=-5", '"-5" for --interval: Expected a duration such as 90, 30s, 5m or 2h'],
    ["--progress=much", '"much" for --progress'],
    ["--progress=3/", '"3/" for --progress'],
    ["--expect=30m", "--expect without --activity"],
    ["--activity=build", "--activity without --expect"],
    ["--status=ok", "--status without --job"],
  ])("refuses %s with 64", async (flag, what) => {
    writeCell(root, ID);
    expect(await refusedCall(ID, flag)).toMatchObject({
      code: 64,
      message: `Cannot use ${what}`,
    });
  });

  test("refuses a message that exceeds the size limit of a heartbeat with 64", async () => {
    writeCell(root, ID);
    expect(await refusedCall(ID, `--message=${"x".repeat(70_000)}`)).toEqual({
      code: 64,
      message: "Cannot write the heartbeat: it is too large",
      hint: "shorten its message",
    });
  });

  test("asks for the mission if none is given", async () => {
    expect(await refusedCall()).toEqual({
      code: 64,
      message: "Missing mission id: none was given, and the working directory is not in a cell",
      hint: `give an id, set MISSION_ID, or run this inside the cell; list the cells with: scan --root ${root}`,
    });
  });

  test("refuses an invalid MISSION_ID with 64", async () => {
    const env = { MISSION_ID: "../etc" };
    expect(await refused(form, "heartbeat", ["--root", root], { env })).toMatchObject({
      code: 64,
      message: expect.stringContaining('Cannot use "../etc" for MISSION_ID'),
    });
  });
});
