import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { treeOf } from "../tools/tree.ts";

const here = scratch();
const ID = idOf(1);
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

describe.each(ONE_FORM)("init-cell (%s)", (form) => {
  const initCell = (...args: string[]) =>
    run([...command(form, "init-cell"), "--root", root, ...args]);
  const refusedCall = (...args: string[]) => refused(form, "init-cell", ["--root", root, ...args]);

  test.each([[[]], [["--repair"]], [["--dry-run"]]])(
    "changes nothing in a cell that is complete, and says so (%p)",
    async (flags: string[]) => {
      writeCell(root, ID);
      const before = treeOf(root);
      expect(await initCell(ID, ...flags)).toEqual({
        code: 0,
        stdout: `${ID}\n`,
        stderr: `init-cell: nothing to do: "${join(root, ID)}" already exists and is complete\n`,
      });
      expect(treeOf(root)).toEqual(before);
    },
  );

  test("names the flags that an existing complete cell ignores", async () => {
    const cell = writeCell(root, ID, { title: "Same", mission: { owner: "ops" } });
    const before = treeOf(root);
    const ended = await initCell(ID, "--title=Same", "--owner=dev", "--label=a=b");
    expect(ended).toMatchObject({ code: 0, stdout: `${ID}\n` });
    expect(ended.stderr.split("\n")).toEqual([
      `init-cell: nothing to do: "${cell}" already exists and is complete`,
      "init-cell: warning: the cell keeps its own owner, labels: flags describe new cells only",
      "",
    ]);
    expect(treeOf(root)).toEqual(before);
  });

  test("can be called again for a cell that it created", async () => {
    await initCell(ID);
    const before = treeOf(root);
    expect(await initCell(ID)).toMatchObject({ code: 0, stdout: `${ID}\n` });
    expect(treeOf(root)).toEqual(before);
  });

  test("creates the cell in one of many concurrent calls; the others find it", async () => {
    const ended = await Promise.all(Array.from({ length: 8 }, () => initCell(ID)));
    expect(ended.map(({ code }) => code)).toEqual(Array(8).fill(0));
    expect(ended.filter(({ stderr }) => stderr.includes("created"))).toHaveLength(1);
    expect(readdirSync(root)).toEqual([ID]);
  });

  test("lists the missing parts of an incomplete cell, exits 65 and suggests --repair", async () => {
    const cell = writeCell(root, ID);
    for (const path of [CELL_FILES.config, "artifacts"])
      rmSync(join(cell, path), { recursive: true });
    const before = treeOf(root);
    expect(await refusedCall(ID)).toEqual({
      code: 65,
      message: `Incomplete cells under "${root}": ${ID}: artifacts does not exist, ${CELL_FILES.config} does not exist`,
      hint: `add what is missing with: init-cell ${ID} --repair --root ${root}`,
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

  test("creates none of several cells if one of them is incomplete", async () => {
    mkdirSync(join(root, ID));
    const before = treeOf(root);
    expect(await refusedCall(idOf(2), ID, idOf(3))).toMatchObject({ code: 65 });
    expect(treeOf(root)).toEqual(before);
  });
});
