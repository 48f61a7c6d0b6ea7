import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell, writeJson } from "../tools/cells.ts";
import { command, FORMS, run, scratch, type Surroundings } from "../tools/program.ts";

const here = scratch();
const ID = idOf(1);
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

const readBeat = (): unknown =>
  JSON.parse(readFileSync(join(root, ID, CELL_FILES.heartbeat), "utf8"));

describe.each(FORMS)("heartbeat (%s)", (form) => {
  const call = (...args: string[]) => [...command(form, "heartbeat"), "--root", root, ...args];

  test.each([
    ["MISSION_ID", (): Surroundings => ({ env: { MISSION_ID: ID.toUpperCase() } })],
    ["the current directory", (): Surroundings => ({ cwd: join(root, ID, "worktree") })],
  ])("takes the mission from %s when it names none", async (_, where) => {
    writeCell(root, ID);
    expect(await run(call(), where())).toMatchObject({ code: 0, stderr: "" });
    expect(readBeat()).toMatchObject({ seq: 2 });
  });

  test("takes the mission from the current directory under a root that is a link", async () => {
    writeCell(root, ID);
    const link = join(here, `link-${count}`);
    symlinkSync(root, link);
    const linked = [...command(form, "heartbeat"), "--root", link];
    expect(await run(linked, { cwd: join(root, ID) })).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([[[]], [["run", "--", "true"]]])(
    "names the variable whose id is wrong (%p), and exits 64",
    async (args) => {
      for (const id of ["main", ""]) {
        const { code, stderr } = await run(
          [...command(form, "heartbeat"), ...args.slice(0, 1), "--root", root, ...args.slice(1)],
          { env: { MISSION_ID: id } },
        );
        expect({ code, stderr }).toMatchObject({
          code: 64,
          stderr: expect.stringMatching(
            new RegExp(`error: Cannot use "${id}" for MISSION_ID: .*\n.*hint: set this variable`),
          ),
        });
      }
    },
  );

  test("beats for the mission given by its id, in any directory", async () => {
    writeCell(root, ID);
    writeJson(writeCell(root, idOf(2)), CELL_FILES.heartbeat, "left alone");
    const where = { cwd: join(root, idOf(2)), env: { MISSION_ID: idOf(2) } };
    expect(await run(call(ID), where)).toMatchObject({ code: 0 });
    expect(readFileSync(join(root, idOf(2), CELL_FILES.heartbeat), "utf8")).toBe("left alone");
  });
});
