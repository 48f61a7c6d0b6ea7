import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf } from "../tools/cells.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { FORMS, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";

const here = scratch();
chmodSync(here, 0o755);
const root = join(here, "missions");
mkdirSync(root);
const ID = idOf(1);

describe.each(FORMS)("init-cell (%s)", (form) => {
  test.each([
    ["--label=team", 'Cannot use "team" for --label'],
    ["--label==a", 'Cannot use "=a" for --label'],
    ["--status=running", 'Cannot use "running" for --status'],
    ["--source=nowhere", 'Cannot use "nowhere" for --source: Expected a URL'],
    [
      `--title=${"x".repeat(70_000)}`,
      `Cannot write ${CELL_FILES.mission}: it would exceed the size limit`,
    ],
  ])("refuses %p with 64 and makes nothing", async (flag, message) => {
    expect(await refused(form, "init-cell", ["--root", root, ID, flag])).toMatchObject({
      code: 64,
      message: expect.stringContaining(message),
    });
    expect(readdirSync(root)).toEqual([]);
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    "exits 77 in a root that its user may not write (needs root)",
    async () => {
      const prefix = asUser(NOBODY);
      expect(await refused(form, "init-cell", ["--root", root, ID], { prefix })).toMatchObject({
        code: 77,
        message: `Cannot create the cell ${ID} under "${root}": permission denied (EACCES)`,
        hint: "run it as a user that may do this",
      });
      expect(readdirSync(root)).toEqual([]);
    },
  );
});
