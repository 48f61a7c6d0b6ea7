import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_DIRS, CELL_FILES } from "../lib/schemas/cell.ts";
import type { MissionStatus } from "../lib/schemas/mission.ts";
import { idOf, writeCell, writeJson } from "./tools/cells.ts";
import { FORMS, scratch } from "./tools/program.ts";
import { refused } from "./tools/refusal.ts";
import { treeOf } from "./tools/tree.ts";

const here = scratch();
const ID = idOf(1);
const EXPLAIN = `see all of it with: scan --explain ${ID}`;
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

describe.each(FORMS)("heartbeat (%s)", (form) => {
  const refusedCall = async (...args: string[]) => {
    const before = treeOf(here);
    const said = await refused(form, "heartbeat", ["--root", root, ...args]);
    expect(treeOf(here)).toEqual(before);
    return said;
  };

  test("exits 66 where there is no cell, and says how to make it", async () => {
    expect(await refusedCall(ID)).toEqual({
      code: 66,
      message: `Cannot beat for mission ${ID}: there is no such cell under "${root}"`,
      hint: `see what there is with: scan; make it with: init-cell ${ID}`,
    });
  });

  test.each([
    ["paused", "it is paused", `take it up again with: mission ${ID} resume`],
    ["completed", "it has ended (completed)", "an ended mission beats no more: stop its agent"],
    ["failed", "it has ended (failed)", "an ended mission beats no more: stop its agent"],
    ["abandoned", "it has ended (abandoned)", "an ended mission beats no more: stop its agent"],
  ] as [MissionStatus, string, string][])(
    "exits 65 for a mission that is %s",
    async (status, why, hint) => {
      writeCell(root, ID, { status });
      const message = `Cannot beat for mission ${ID}: ${why}`;
      expect(await refusedCall(ID)).toEqual({ code: 65, message, hint });
    },
  );

  test.each([CELL_FILES.mission, CELL_FILES.config])("exits 65 when %s is broken", async (path) => {
    writeJson(writeCell(root, ID), path, '{"mission_id": ');
    expect(await refusedCall(ID)).toEqual({
      code: 65,
      message: `Cannot beat for mission ${ID}: ${path} is malformed: it is not JSON`,
      hint: EXPLAIN,
    });
  });

  test.each([...CELL_DIRS])("exits 65 where %s is gone", async (dir) => {
    rmSync(join(writeCell(root, ID), dir), { recursive: true });
    expect(await refusedCall(ID)).toEqual({
      code: 65,
      message: `Cannot beat for mission ${ID}: ${dir} does not exist`,
      hint: EXPLAIN,
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
    ["--interval=soon", '"soon" for --interval: Expected a time such as 90, 30s, 5m or 2h'],
    ["--interval=1.5h", '"1.5h" for --interval: Expected a time such as 90, 30s, 5m or 2h'],
    ["--interval=-5", '"-5" for --interval: Expected a time such as 90, 30s, 5m or 2h'],
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

  test("refuses a message larger than what is read of a heartbeat with 64", async () => {
    writeCell(root, ID);
    expect(await refusedCall(ID, `--message=${"x".repeat(70_000)}`)).toEqual({
      code: 64,
      message: "Cannot write a heartbeat that large",
      hint: "shorten its message",
    });
  });

  test("asks for the mission where nothing names one", async () => {
    expect(await refusedCall()).toEqual({
      code: 64,
      message: "Cannot tell which mission is meant: no id was given, and this is no cell",
      hint: "give the mission's id, set MISSION_ID, or run it inside the cell",
    });
  });

  test("refuses a MISSION_ID that is none with 64", async () => {
    const env = { MISSION_ID: "../etc" };
    expect(await refused(form, "heartbeat", ["--root", root], { env })).toMatchObject({
      code: 64,
      message: expect.stringContaining('Cannot use "../etc" as a mission id'),
    });
  });
});
