import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell, writeJson } from "../tools/cells.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { CAN_BECOME_OTHERS, underUmask } from "../tools/privileges.ts";
import { modeOf, ownerOf } from "../tools/tree.ts";

const here = scratch();
const ID = idOf(1);
const CREATED = "2026-01-01T00:00:00.000Z";
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

/** The start of a command line that runs the rest as user 20001, with these groups. */
const asAgent = (groups: string): string[] => ["setpriv", "--reuid=20001", "--regid=20001", groups];

/** JSON as it may be written another way: no spaces, and one form of a line separator. */
const plain = (json: string) => json.replaceAll("\\u2028", "\u2028").replaceAll(/\s/g, "");

describe.each(ONE_FORM)("mission (%s)", (form) => {
  const mission = (...args: string[]) =>
    run([...command(form, "mission"), "--root", root, ID, ...args]);
  const refusedCall = (...args: string[]) =>
    refused(form, "mission", ["--root", root, ID, ...args]);

  test.each([
    '"big": 12345678901234567890',
    '"ratio": 1.10',
    '"exponent": 1e400',
    '"negative": -0',
    '"nested": {"ids": [9007199254740993, {"deep": 1.0}]}',
    '"__proto__": {"of": "the agent"}',
    '"text": "\\u2028 and 😀"',
    '"null": null',
  ])("keeps %s as it was", async (key) => {
    const cell = writeCell(root, ID);
    const about = `"mission_id": "${ID}", "created_at": "${CREATED}", "status": "active"`;
    writeJson(cell, CELL_FILES.mission, `{${about}, ${key}}`);
    expect(await mission("pause")).toMatchObject({ code: 0 });
    const text = readFileSync(join(cell, CELL_FILES.mission), "utf8");
    expect(plain(text)).toContain(plain(key));
    expect(plain(text)).toContain('"status":"paused"');
  });

  test.each([
    ["077", "640", "100640"],
    ["077", "644", "100644"],
    ["000", "600", "100600"],
    ["022", "600", "100600"],
    // The new mode grants no more rights than the old one, and has no setuid or setgid bit.
    ["022", "6750", "100750"],
    ["000", "666", "100666"],
  ])(
    "a first beat under umask %s replaces files of mode %s by files of mode %s",
    async (umask, mode, after) => {
      const cell = writeCell(root, ID, { status: "initialized" });
      const files = [CELL_FILES.mission, CELL_FILES.heartbeat].map((path) => join(cell, path));
      for (const file of files) chmodSync(file, Number.parseInt(mode, 8));
      const before = files.map((file) => statSync(file).ino);
      const beat = [...underUmask(umask), ...command(form, "heartbeat"), "--root", root, ID];
      expect(await run(beat)).toMatchObject({ code: 0 });
      expect(files.map(modeOf)).toEqual([after, after]);
      expect(files.map((file) => statSync(file).ino)).not.toEqual(before);
    },
  );

  test.skipIf(!CAN_BECOME_OTHERS)(
    "an agent that beats keeps the group of the observers if it is a member (needs root)",
    async () => {
      const cell = writeCell(root, ID);
      const file = join(cell, CELL_FILES.heartbeat);
      await run(["chown", "-R", "20001:20003", cell]);
      await run(["chmod", "755", here, root]);
      const beat = [...command(form, "heartbeat"), "--root", root, ID];
      chmodSync(file, 0o640);
      expect(await run([...asAgent("--groups=20003"), ...beat])).toMatchObject({ code: 0 });
      expect([ownerOf(file), modeOf(file)]).toEqual(["20001:20003", "100640"]);
      expect(await run([...asAgent("--clear-groups"), ...beat])).toMatchObject({ code: 0 });
      expect([ownerOf(file), modeOf(file)]).toEqual(["20001:20001", "100600"]);
    },
  );

  test("shows a mission and its possible steps", async () => {
    const about = { objective: "Green \u001b[31mtests", owner: "ops", labels: { team: "a" } };
    writeCell(root, ID, { title: "Fix it", mission: { created_at: CREATED, ...about } });
    expect(await mission()).toEqual({
      code: 0,
      stdout: [
        `mission    ${ID}`,
        "status     active (next: pause, complete, fail, abandon)",
        `created    ${CREATED}`,
        "title      Fix it",
        "objective  Green \\u{1b}[31mtests",
        "owner      ops",
        "label      team=a",
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  test.each([
    ["a symlink", (log: string) => symlinkSync(join(here, "outside"), log)],
    ["a second name of a file outside", (log: string) => linkSync(join(here, "outside"), log)],
    ["a directory", (log: string) => mkdirSync(log)],
    ["a FIFO", (log: string) => void Bun.spawnSync(["mkfifo", log])],
  ])("exits 65 when the log is %s, and writes nothing there", async (_, put) => {
    writeFileSync(join(here, "outside"), "");
    const log = join(writeCell(root, ID), CELL_FILES.log);
    rmSync(log);
    put(log);
    const said = await refusedCall("pause");
    expect(said).toMatchObject({ code: 65, hint: "check it, and remove it by hand" });
    expect(said.message).toStartWith(
      `Cannot append to the log "${basename(CELL_FILES.log)}": it is not a regular`,
    );
    expect(readFileSync(join(here, "outside"), "utf8")).toBe("");
    expect(await mission()).toMatchObject({ stdout: expect.stringContaining("status     active") });
  });

  test.each(["../outside.log", CELL_FILES.mission, CELL_FILES.config, CELL_FILES.heartbeat])(
    "logs at the usual place when the cell's pointer leads to %s",
    async (log) => {
      const cell = writeCell(root, ID, { config: { log } });
      const file = (path: string) => readFileSync(join(cell, path), "utf8");
      const before = [CELL_FILES.config, CELL_FILES.heartbeat].map(file);
      expect(await mission("pause")).toMatchObject({ code: 0 });
      expect([CELL_FILES.config, CELL_FILES.heartbeat].map(file)).toEqual(before);
      expect(file(CELL_FILES.log)).toContain('"to":"paused"');
      expect(readdirSync(root)).toEqual([ID]);
    },
  );
});
