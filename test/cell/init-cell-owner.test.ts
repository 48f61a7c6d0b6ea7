import { chmodSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_DIRS, CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf } from "../tools/cells.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY, underUmask } from "../tools/privileges.ts";
import { command, ONE_FORM, type Program, run, scratch } from "../tools/program.ts";
import { refusalOf, refused } from "../tools/refusal.ts";
import { modeOf, ownerOf } from "../tools/tree.ts";

const here = scratch();
chmodSync(here, 0o755);
const ID = idOf(1);
const PARTS = [".", ...CELL_DIRS, ...Object.values(CELL_FILES)];
const AGENT = 20_001;
const OBSERVER = 20_002;
const OBSERVERS = 20_003;
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

const ownersOf = () => new Set(PARTS.map((part) => ownerOf(join(root, ID, part))));

describe.each(ONE_FORM)("init-cell (%s)", (form) => {
  const call = (program: Program, ...args: string[]) => [
    ...command(form, program),
    "--root",
    root,
    ...args,
  ];
  const initCell = (...flags: string[]) => run(call("init-cell", ID, ...flags));

  test.skipIf(!CAN_BECOME_OTHERS).each([
    ["--user=nobody", `${NOBODY}:0`],
    [`--user=${AGENT}`, `${AGENT}:0`],
    [`--group=${OBSERVERS}`, `0:${OBSERVERS}`],
    ["--group=nogroup", `0:${NOBODY}`],
  ])("gives every part of a new cell away with %s (needs root)", async (flag, owner) => {
    expect(await initCell(flag)).toMatchObject({ code: 0 });
    expect(ownersOf()).toEqual(new Set([owner]));
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    "lets the group observe the cell, also after the agent's own beat (needs root)",
    async () => {
      await initCell(`--user=${AGENT}`, `--group=${OBSERVERS}`);
      const beat = await run([...asUser(AGENT), ...call("heartbeat", ID)]);
      const scan = await run([...asUser(OBSERVER, OBSERVERS), ...call("scan", "--json")]);
      expect({ beat: beat.code, scan: scan.code }).toEqual({ beat: 0, scan: 0 });
      expect(JSON.parse(scan.stdout)).toMatchObject({
        cells: [{ status: "healthy", mission_status: "active", state: "working" }],
      });
    },
  );

  test.skipIf(!CAN_BECOME_OTHERS).each([
    ["root repaired it", []],
    ["its agent repaired it", asUser(AGENT)],
  ])("lets the group observe the cell after %s (needs root)", async (_, as) => {
    await initCell(`--user=${AGENT}`, `--group=${OBSERVERS}`);
    chmodSync(root, 0o777);
    rmSync(join(root, ID, "state"), { recursive: true });
    expect(await run([...as, ...call("init-cell", ID, "--repair")])).toMatchObject({ code: 0 });
    expect(await run([...asUser(AGENT), ...call("heartbeat", ID)])).toMatchObject({ code: 0 });
    const scan = await run([...asUser(OBSERVER, OBSERVERS), ...call("scan", "--json")]);
    expect(JSON.parse(scan.stdout)).toMatchObject({ cells: [{ status: "healthy" }] });
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    "leaves the agent its cell where root beats for a heartbeat that was gone (needs root)",
    async () => {
      await initCell(`--user=${AGENT}`);
      rmSync(join(root, ID, CELL_FILES.heartbeat));
      expect(await run(call("heartbeat", ID))).toMatchObject({ code: 0 });
      const scan = await run([...asUser(AGENT), ...call("scan", "--json")]);
      expect(JSON.parse(scan.stdout)).toMatchObject({ cells: [{ status: "healthy" }] });
    },
  );

  test.skipIf(!CAN_BECOME_OTHERS)(
    "gives the group no more than a stricter umask leaves it (needs root)",
    async () => {
      await run([...underUmask("077"), ...call("init-cell", ID, `--group=${OBSERVERS}`)]);
      const modes = CELL_DIRS.map((dir) => modeOf(join(root, ID, dir)));
      expect(new Set(modes)).toEqual(new Set(["42700"]));
    },
  );

  test.skipIf(!CAN_BECOME_OTHERS)(
    "hides the cell from everyone outside the group (needs root)",
    async () => {
      await initCell(`--user=${AGENT}`, `--group=${OBSERVERS}`);
      const { stdout } = await run([...asUser(OBSERVER), ...call("scan", "--json")]);
      const problem = expect.objectContaining({ code: "unreadable" });
      expect(JSON.parse(stdout)).toMatchObject({
        cells: [{ status: "incomplete", problems: expect.arrayContaining([problem]) }],
      });
    },
  );

  test.skipIf(!CAN_BECOME_OTHERS)(
    "gives what root adds to a cell, and what root changes in it, to its agent (needs root)",
    async () => {
      await initCell(`--user=${AGENT}`, `--group=${OBSERVERS}`);
      for (const part of ["state", CELL_FILES.log])
        rmSync(join(root, ID, part), { recursive: true });
      expect(await initCell("--repair")).toMatchObject({ code: 0 });
      expect(await run(call("heartbeat", ID))).toMatchObject({ code: 0 });
      expect(await run(call("mission", ID, "pause"))).toMatchObject({ code: 0 });
      expect(ownersOf()).toEqual(new Set([`${AGENT}:${OBSERVERS}`]));
    },
  );

  test.each([
    ["--user=no-such-user", 'user "no-such-user"', "getent passwd"],
    ["--group=no-such-group", 'group "no-such-group"', "getent group"],
    ["--user=-R", 'user "-R"', "getent passwd"],
    ["--user=a:b", 'user "a:b"', "getent passwd"],
  ])("refuses %s with 64 and makes nothing", async (flag, whom, command_) => {
    expect(await refused(form, "init-cell", ["--root", root, ID, flag])).toEqual({
      code: 64,
      message: `Cannot give the cell to ${whom}: no such ${whom.split(" ")[0]} on this host`,
      hint: `list the names with: ${command_}`,
    });
    expect(readdirSync(root)).toEqual([]);
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    "exits 77 and makes nothing when an ordinary user gives a cell away (needs root)",
    async () => {
      chmodSync(root, 0o777);
      const ended = await run([...asUser(AGENT), ...call("init-cell", ID, "--user=root")]);
      const said = refusalOf("init-cell", ended);
      expect(said).toMatchObject({ code: 77, hint: "run it as root" });
      expect(said.message).toStartWith('Cannot give the cell to "root": ');
      expect(readdirSync(root)).toEqual([]);
    },
  );
});
