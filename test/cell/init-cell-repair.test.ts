import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_DIRS, CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell, writeJson } from "../tools/cells.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { contentOf, treeOf } from "../tools/tree.ts";

const here = scratch();
const ID = idOf(1);
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

describe.each(ONE_FORM)("init-cell --repair (%s)", (form) => {
  const initCell = (...args: string[]) =>
    run([...command(form, "init-cell"), "--root", root, ...args]);
  const refusedCall = (...args: string[]) => refused(form, "init-cell", ["--root", root, ...args]);

  test.each([...CELL_DIRS, ...Object.values(CELL_FILES)])(
    "repairs a cell without %s, and changes no byte that is there",
    async (part) => {
      const cell = writeCell(root, ID, { title: "kept", mission: { of_the_agent: [1] } });
      appendFileSync(join(cell, CELL_FILES.log), '{"event":"earlier"}\n');
      rmSync(join(cell, part), { recursive: true });
      const before = contentOf(cell);
      const { code, stderr } = await initCell(ID, "--repair");
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(part) });
      const { [CELL_FILES.log]: _, ...others } = before;
      expect(contentOf(cell)).toMatchObject(others);
      expect(await initCell(ID)).toMatchObject({ code: 0 });
    },
  );

  test("adds exactly what is missing, and logs the repair in one line", async () => {
    const cell = writeCell(root, ID);
    for (const part of ["state", "artifacts"]) rmSync(join(cell, part), { recursive: true });
    appendFileSync(join(cell, CELL_FILES.log), '{"event":"earlier"}\n');
    const added = ["state", "artifacts", CELL_FILES.heartbeat];
    const before = Object.keys(treeOf(cell));
    const warning = "artifacts is new and empty: what was in it is not restored";
    expect(await initCell(ID, "--repair")).toMatchObject({
      code: 0,
      stderr: `init-cell: repaired "${cell}": added ${added.join(", ")}\ninit-cell: warning: ${warning}\n`,
    });
    expect(Object.keys(treeOf(cell))).toEqual([...before, ...added].toSorted());
    const [earlier, line = "", ...more] = readFileSync(join(cell, CELL_FILES.log), "utf8").split(
      "\n",
    );
    expect([earlier, more]).toEqual(['{"event":"earlier"}', [""]]);
    expect(JSON.parse(line)).toMatchObject({
      program: "init-cell",
      event: "repaired",
      added,
      warnings: [warning],
    });
  });

  test("prints what it would repair with --dry-run, and repairs nothing", async () => {
    const cell = writeCell(root, ID);
    rmSync(join(cell, CELL_FILES.config));
    const before = treeOf(root);
    expect(await initCell(ID, "--repair", "--dry-run")).toMatchObject({
      code: 0,
      stderr: [
        `init-cell: would repair "${cell}": add ${CELL_FILES.config}\n`,
        `init-cell: warning: ${CELL_FILES.config} is new: pointers and age limit of the lost one are not restored\n`,
      ].join(""),
    });
    expect(treeOf(root)).toEqual(before);
  });

  test("turns an empty directory into a cell only with --repair", async () => {
    mkdirSync(join(root, ID));
    expect(await refusedCall(ID)).toMatchObject({ code: 65 });
    expect(readdirSync(join(root, ID))).toEqual([]);
    const repaired = await initCell(ID, "--repair");
    expect(repaired.code).toBe(0);
    expect(repaired.stderr).not.toContain("warning");
    expect(await initCell(ID)).toMatchObject({ code: 0 });
  });

  test("does not replace a malformed part with --repair, and exits 65", async () => {
    const cell = writeCell(root, ID);
    writeJson(cell, CELL_FILES.mission, "{");
    expect(await refusedCall(ID, "--repair")).toEqual({
      code: 65,
      message: `Incomplete cells under "${root}": ${ID}: ${CELL_FILES.mission} is malformed: it ends before its last bracket: it was cut off`,
      hint: `see its problems with: scan --explain ${ID} --root ${root}; --repair only adds what is absent`,
    });
    expect(readFileSync(join(cell, CELL_FILES.mission), "utf8")).toBe("{");
  });
});
