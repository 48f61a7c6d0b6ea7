import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell, writeJson } from "../tools/cells.ts";
import { FORMS, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { treeOf } from "../tools/tree.ts";

const here = scratch();
const ID = idOf(1);
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

describe.each(FORMS)("mission (%s)", (form) => {
  const refusedCall = (...args: string[]) =>
    refused(form, "mission", ["--root", root, ID, ...args]);

  test.each([["activate"], []])("exits 66 without a cell (%p)", async (...args) => {
    expect(await refusedCall(...args)).toEqual({
      code: 66,
      message: `Cannot read mission ${ID}: there is no such cell under "${root}"`,
      hint: expect.stringContaining("list the cells with: scan"),
    });
  });

  test("refuses an unknown step with 64, and lists the steps", async () => {
    writeCell(root, ID);
    expect(await refusedCall("stop")).toEqual({
      code: 64,
      message: 'Cannot use "stop" as a step',
      hint: "the steps are: activate, pause, resume, complete, fail, abandon, acknowledge",
    });
  });

  test("refuses a reason without a step with 64", async () => {
    writeCell(root, ID);
    expect(await refusedCall("--reason=why")).toMatchObject({
      code: 64,
      message: "Cannot use --reason without a step",
    });
  });

  test("exits 65 for a malformed mission.json, and does not replace it", async () => {
    const cell = writeCell(root, ID);
    writeJson(cell, CELL_FILES.mission, '{"mission_id": ');
    expect(await refusedCall("pause")).toEqual({
      code: 65,
      message: `Cannot change mission ${ID}: ${CELL_FILES.mission} is malformed: it ends before its last bracket: it was cut off`,
      hint: `see its problems with: scan --explain ${ID} --root ${root}`,
    });
    expect(readFileSync(join(cell, CELL_FILES.mission), "utf8")).toBe('{"mission_id": ');
  });

  test("exits 65 if the cell's logs directory is missing, and changes nothing", async () => {
    const cell = writeCell(root, ID);
    rmSync(join(cell, dirname(CELL_FILES.log)), { recursive: true });
    const before = treeOf(cell);
    expect(await refusedCall("pause")).toEqual({
      code: 65,
      message: `Cannot change mission ${ID}: its log "${CELL_FILES.log}" cannot be opened: no such file or directory (ENOENT)`,
      hint: `see its problems with: scan --explain ${ID} --root ${root}`,
    });
    expect(treeOf(cell)).toEqual(before);
  });
});
