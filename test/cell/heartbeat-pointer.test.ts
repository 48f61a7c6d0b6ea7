import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { FORMS, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { treeOf } from "../tools/tree.ts";

const here = scratch();
const ID = idOf(1);
const explainHint = () => `see its problems with: scan --explain ${ID} --root ${root}`;
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

  test.each([
    [
      "a symlink out of the cell",
      { heartbeat: CELL_FILES.heartbeat },
      dirname(CELL_FILES.heartbeat),
    ],
    ["a pointer out of the cell", { heartbeat: "../beat.json" }, "points out of the cell"],
    ["a pointer for its log out of the cell", { log: "../x.log" }, "points out of the cell"],
    ["a pointer to another root", { heartbeat: "/tmp/beat.json" }, "points out of the cell"],
  ])("exits 65 and writes nothing through %s", async (what, config, why) => {
    const cell = writeCell(root, ID, { config });
    const state = join(cell, dirname(CELL_FILES.heartbeat));
    const outside = join(here, `outside-${count}`);
    if (what.startsWith("a symlink")) {
      renameSync(state, outside);
      symlinkSync(outside, state);
    }
    const said = await refusedCall(ID);
    expect(said).toMatchObject({
      code: 65,
      message: expect.stringContaining(why),
      hint: explainHint(),
    });
  });

  test.each([CELL_FILES.mission, CELL_FILES.config, CELL_FILES.log])(
    "exits 65 and keeps %s when the heartbeat points there",
    async (heartbeat) => {
      writeCell(root, ID, { config: { heartbeat } });
      expect(await refusedCall(ID)).toMatchObject({ code: 65 });
    },
  );

  test("exits 65 for a heartbeat path of mission.json, even if that file parses as a heartbeat", async () => {
    const mission = { timestamp: new Date().toISOString(), state: "working" };
    writeCell(root, ID, { config: { heartbeat: CELL_FILES.mission }, mission });
    expect(await refusedCall(ID)).toEqual({
      code: 65,
      message: `Cannot beat for mission ${ID}: its heartbeat points to "${CELL_FILES.mission}", which the beat would overwrite`,
      hint: "point the heartbeat to a file of its own in cell.json",
    });
  });

  test("exits 65 if the heartbeat's path is a directory, and does not remove it", async () => {
    const file = join(writeCell(root, ID), CELL_FILES.heartbeat);
    rmSync(file);
    mkdirSync(file);
    const said = await refused(form, "heartbeat", ["--root", root, ID]);
    expect(said.code).toBe(65);
    expect(said.message).toStartWith(`Cannot write the heartbeat of mission ${ID}: `);
    expect(readdirSync(dirname(file))).toEqual([basename(file)]);
  });
});
