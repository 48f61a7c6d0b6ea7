import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf } from "../tools/cells.ts";
import { CAN_MOUNT, FULL, makeReadOnly, mountTmpfs, READ_ONLY, SPOILT } from "../tools/disk.ts";
import { command, FORMS, run } from "../tools/program.ts";
import { refusalOf } from "../tools/refusal.ts";
import { contentOf } from "../tools/tree.ts";

const ID = idOf(1);

describe.each(FORMS)("init-cell (%s)", (form) => {
  const initCell = (...args: string[]) => run([...command(form, "init-cell"), ...args]);
  const refusedCall = async (...args: string[]) => refusalOf("init-cell", await initCell(...args));

  test.skipIf(!CAN_MOUNT).each([
    ["without room for its files", "size=8k"],
    ["without inodes for its parts", "nr_inodes=6"],
    ["without any inode", "nr_inodes=1"],
  ])("makes nothing on a disk %s (needs a mount)", async (_, options) => {
    const root = mountTmpfs(options);
    expect(await refusedCall(ID, "--root", root)).toEqual({
      code: 73,
      message: `Cannot create the cell ${ID} under "${root}": ${FULL.why}`,
      hint: FULL.hint,
    });
    expect(readdirSync(root)).toEqual([]);
  });

  test.skipIf(!CAN_MOUNT)("makes nothing on a read-only disk (needs a mount)", async () => {
    const root = mountTmpfs("size=1m");
    makeReadOnly(root);
    expect(await refusedCall(ID, "--root", root)).toEqual({
      code: 73,
      message: `Cannot create the cell ${ID} under "${root}": ${READ_ONLY.why}`,
      hint: READ_ONLY.hint,
    });
    expect(readdirSync(root)).toEqual([]);
  });

  test.skipIf(!CAN_MOUNT)(
    "keeps the cells that it made before the disk was full, and can be run again (needs a mount)",
    async () => {
      const root = mountTmpfs("size=24k");
      const call = [...[1, 2, 3].map(idOf), "--root", root];
      expect(await refusedCall(...call)).toMatchObject({ code: 73 });
      expect(readdirSync(root)).toEqual([ID]);
      Bun.spawnSync(["mount", "-o", "remount,size=1m", root]);
      expect(await initCell(...call)).toMatchObject({ code: 0 });
      expect(readdirSync(root)).toHaveLength(3);
    },
  );

  test.skipIf(!CAN_MOUNT).each(SPOILT)(
    "adds no half file to a cell on a $kind disk (needs a mount)",
    async ({ spoil, why, hint }) => {
      const root = mountTmpfs("size=32k");
      mkdirSync(join(root, ID));
      spoil(root);
      expect(await refusedCall(ID, "--repair", "--root", root)).toEqual({
        code: 73,
        message: `Cannot repair the cell ${ID}: ${why}`,
        hint,
      });
      const parts = Object.keys(contentOf(join(root, ID)));
      expect(parts.filter((path) => path.includes("/"))).toEqual([]);
    },
  );
});
