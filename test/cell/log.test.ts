import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CELL_DIRS, CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";

const here = scratch();
chmodSync(here, 0o755);

describe.each(FORMS)("mission (%s)", (form) => {
  test.skipIf(!CAN_BECOME_OTHERS)(
    "logs a change before it makes it, and that it could not be made (needs root)",
    async () => {
      const root = join(here, form);
      mkdirSync(root);
      const cell = writeCell(root, idOf(1));
      for (const path of [".", ...CELL_DIRS, ...Object.values(CELL_FILES)])
        chownSync(join(cell, path), NOBODY, NOBODY);
      // Everyone may create a lock file in meta/, but only root may replace mission.json.
      const meta = join(cell, dirname(CELL_FILES.mission));
      for (const path of [meta, join(cell, CELL_FILES.mission)]) chownSync(path, 0, 0);
      chmodSync(meta, 0o1777);
      const call = [...command(form, "mission"), "--root", root, idOf(1), "pause"];
      expect(await run([...asUser(NOBODY), ...call])).toMatchObject({ code: 77, stdout: "" });
      const lines = readFileSync(join(cell, CELL_FILES.log), "utf8").trimEnd().split("\n");
      const events = lines.map((line) => (JSON.parse(line) as { event: string }).event);
      expect(events).toEqual(["status", "status-kept"]);
      expect(readFileSync(join(cell, CELL_FILES.mission), "utf8")).toContain('"active"');
    },
  );
});
