import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf } from "../tools/cells.ts";
import { asUser, CAN_BECOME_OTHERS } from "../tools/privileges.ts";
import { command, FORMS, type Program, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { contentOf } from "../tools/tree.ts";

const here = scratch();
chmodSync(here, 0o755);
const ID = idOf(1);
const AGENT = 20_001;
const OBSERVER = asUser(20_002, 20_003);
const DENIED = "permission denied (EACCES)";
const HINT = "run it as a user that may do this";
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

describe.each(FORMS)("an observer of a cell (%s)", (form) => {
  const observer = (program: Program, ...args: string[]) =>
    refused(form, program, ["--root", root, ...args], { prefix: OBSERVER });
  const makeCell = () => {
    const owner = [`--user=${AGENT}`, "--group=20003"];
    return run([...command(form, "init-cell"), "--root", root, ID, "--status=active", ...owner]);
  };

  test.skipIf(!CAN_BECOME_OTHERS).each([
    ["heartbeat", [ID], `Cannot write the heartbeat of mission ${ID}: ${DENIED}`],
    ["mission", [ID, "pause"], `Cannot append to the log "${basename(CELL_FILES.log)}": ${DENIED}`],
  ] as [Program, string[], string][])(
    "is refused by %s with 77, and nothing changes (needs root)",
    async (program, args, message) => {
      await makeCell();
      const before = contentOf(root);
      expect(await observer(program, ...args)).toEqual({ code: 77, message, hint: HINT });
      expect(contentOf(root)).toEqual(before);
    },
  );

  test.skipIf(!CAN_BECOME_OTHERS)("can see the mission (needs root)", async () => {
    await makeCell();
    const call = [...OBSERVER, ...command(form, "mission"), "--root", root, ID];
    expect(await run(call)).toMatchObject({ code: 0, stderr: "" });
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    "cannot repair the cell, and is told so (needs root)",
    async () => {
      await makeCell();
      await run(["rm", join(root, ID, CELL_FILES.config)]);
      expect(await observer("init-cell", ID, "--repair")).toEqual({
        code: 77,
        message: `Cannot repair the cell ${ID}: ${DENIED}`,
        hint: HINT,
      });
    },
  );

  test.skipIf(!CAN_BECOME_OTHERS)(
    "cannot list a root that it may only enter (needs root)",
    async () => {
      chmodSync(root, 0o711);
      const message = `Cannot list cells under "${root}": ${DENIED}`;
      expect(await observer("scan")).toEqual({ code: 77, message, hint: HINT });
    },
  );

  test.skipIf(!CAN_BECOME_OTHERS)(
    "cannot write a report where it may not (needs root)",
    async () => {
      const file = join(root, "report");
      const message = `Cannot write "${file}": ${DENIED}`;
      expect(await observer("scan", "--output", file)).toEqual({ code: 77, message, hint: HINT });
      const said = await refused(form, "heartbeat", ["--job=x", "--heartbeat-dir", root], {
        prefix: OBSERVER,
      });
      expect(said).toMatchObject({ code: 77, message: `Cannot write "${root}/x.last": ${DENIED}` });
      expect(readdirSync(root)).toEqual([]);
    },
  );
});
