import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../lib/schemas/cell.ts";
import { idOf, writeCell } from "./tools/cells.ts";
import { command, FORMS, run, scratch } from "./tools/program.ts";
import { refused } from "./tools/refusal.ts";
import { treeOf } from "./tools/tree.ts";

const here = scratch();
const ID = idOf(1);
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

describe.each(FORMS)("init-cell (%s)", (form) => {
  const initCell = (...args: string[]) =>
    run([...command(form, "init-cell"), "--root", root, ...args]);
  const refusedCall = (...args: string[]) => refused(form, "init-cell", ["--root", root, ...args]);

  test.each([[[]], [["--repair"]], [["--title=Other"]], [["--dry-run"]]])(
    "changes nothing in a cell that is complete, and says so (%p)",
    async (flags: string[]) => {
      writeCell(root, ID);
      const before = treeOf(root);
      expect(await initCell(ID, ...flags)).toEqual({
        code: 0,
        stdout: `${ID}\n`,
        stderr: `init-cell: nothing to do: "${join(root, ID)}" is there and complete\n`,
      });
      expect(treeOf(root)).toEqual(before);
    },
  );

  test("can be called again for the cell that it made", async () => {
    await initCell(ID);
    const before = treeOf(root);
    expect(await initCell(ID)).toMatchObject({ code: 0, stdout: `${ID}\n` });
    expect(treeOf(root)).toEqual(before);
  });

  test("is made by one of many calls at once, and found by the others", async () => {
    const ended = await Promise.all(Array.from({ length: 8 }, () => initCell(ID)));
    expect(ended.map(({ code }) => code)).toEqual(Array(8).fill(0));
    expect(ended.filter(({ stderr }) => stderr.includes("made"))).toHaveLength(1);
    expect(readdirSync(root)).toEqual([ID]);
  });

  test("lists what an incomplete cell lacks, exits 65 and names --repair", async () => {
    const cell = writeCell(root, ID);
    for (const path of [CELL_FILES.config, "artifacts"])
      rmSync(join(cell, path), { recursive: true });
    const before = treeOf(root);
    expect(await refusedCall(ID)).toEqual({
      code: 65,
      message: `Cannot call complete what is under "${root}": ${ID}: artifacts does not exist, ${CELL_FILES.config} does not exist`,
      hint: `add what is missing with: init-cell ${ID} --repair`,
    });
    expect(treeOf(root)).toEqual(before);
  });

  test.each([
    ["a file", (path: string) => writeFileSync(path, "mine"), "is a regular file"],
    [
      "a symlink to a cell",
      (path: string) => symlinkSync(writeCell(here, ID), path),
      "is a symlink",
    ],
    ["a dangling symlink", (path: string) => symlinkSync("nowhere", path), "is a symlink"],
  ])("refuses %s in a cell's place with 65, also to repair it", async (_, put, what) => {
    put(join(root, ID));
    const before = [treeOf(root), treeOf(here)];
    for (const flags of [[], ["--repair"], ["--repair", "--dry-run"]])
      expect(await refusedCall(ID, ...flags)).toMatchObject({
        code: 65,
        message: expect.stringContaining(what),
        hint: expect.stringContaining("scan --explain"),
      });
    expect([treeOf(root), treeOf(here)]).toEqual(before);
  });

  test("makes none of several cells when one of them is incomplete", async () => {
    mkdirSync(join(root, ID));
    const before = treeOf(root);
    expect(await refusedCall(idOf(2), ID, idOf(3))).toMatchObject({ code: 65 });
    expect(treeOf(root)).toEqual(before);
  });
});
