import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_DIRS, CELL_FILES } from "../lib/schemas/cell.ts";
import { idOf, writeCell, writeJson } from "./tools/cells.ts";
import { command, FORMS, run, scratch } from "./tools/program.ts";
import { refused } from "./tools/refusal.ts";
import { contentOf, treeOf } from "./tools/tree.ts";

const here = scratch();
const ID = idOf(1);
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

describe.each(FORMS)("init-cell --repair (%s)", (form) => {
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
    expect(await initCell(ID, "--repair")).toMatchObject({
      code: 0,
      stderr: `init-cell: repaired "${cell}": added ${added.join(", ")}\n`,
    });
    expect(Object.keys(treeOf(cell))).toEqual([...before, ...added].toSorted());
    const [earlier, line = "", ...more] = readFileSync(join(cell, CELL_FILES.log), "utf8").split(
      "\n",
    );
    expect([earlier, more]).toEqual(['{"event":"earlier"}', [""]]);
    expect(JSON.parse(line)).toMatchObject({ program: "init-cell", event: "repaired", added });
  });

  test("says what it would repair with --dry-run, and repairs nothing", async () => {
    const cell = writeCell(root, ID);
    rmSync(join(cell, CELL_FILES.config));
    const before = treeOf(root);
    expect(await initCell(ID, "--repair", "--dry-run")).toMatchObject({
      code: 0,
      stderr: `init-cell: would repair "${cell}": add ${CELL_FILES.config}\n`,
    });
    expect(treeOf(root)).toEqual(before);
  });

  test("makes an empty directory a cell with --repair, and not without", async () => {
    mkdirSync(join(root, ID));
    expect(await refusedCall(ID)).toMatchObject({ code: 65 });
    expect(readdirSync(join(root, ID))).toEqual([]);
    expect(await initCell(ID, "--repair")).toMatchObject({ code: 0 });
    expect(await initCell(ID)).toMatchObject({ code: 0 });
  });

  test("replaces no malformed part with --repair, and exits 65", async () => {
    const cell = writeCell(root, ID);
    writeJson(cell, CELL_FILES.mission, "{");
    expect(await refusedCall(ID, "--repair")).toEqual({
      code: 65,
      message: `Cannot call complete what is under "${root}": ${ID}: ${CELL_FILES.mission} is malformed: it is not JSON`,
      hint: `look at it with: scan --explain ${ID}; only what is absent can be added with --repair`,
    });
    expect(readFileSync(join(cell, CELL_FILES.mission), "utf8")).toBe("{");
  });
});
