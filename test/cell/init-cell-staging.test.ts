import { chmodSync, existsSync, mkdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { thisProcess } from "../../lib/host/host.ts";
import { stagingName } from "../../lib/cell/rules/staging-name.ts";
import { idOf } from "../tools/cells.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";

const here = scratch();
chmodSync(here, 0o755);
const EARLIER_BOOT = "7d3c1f8e-52b0-4a55-9f0e-6f7a3f3b9a11";
const NAME = stagingName(idOf(1), { boot_id: EARLIER_BOOT, pid: 7 }, "0123456789abcdef");
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

/** Leaves staging as a killed init-cell would, `minutes` ago. */
function leaveStaging(minutes: number, name = NAME): string {
  const path = join(root, name);
  mkdirSync(join(path, "meta"), { recursive: true, mode: 0o750 });
  const then = new Date(Date.now() - minutes * 60_000);
  utimesSync(path, then, then);
  return path;
}

describe.each(FORMS)("init-cell (%s)", (form) => {
  const call = (...args: string[]) => [...command(form, "init-cell"), "--root", root, ...args];

  test("removes staging that a killed init-cell left more than 10 minutes ago", async () => {
    const left = leaveStaging(11);
    expect(await run(call(idOf(1)))).toMatchObject({ code: 0 });
    expect(existsSync(left)).toBe(false);
  });

  test.each([
    ["younger staging", 9, []],
    ["anything in a dry run", 11, ["--dry-run"]],
  ])("leaves %s alone", async (_, minutes, flags) => {
    const left = leaveStaging(minutes);
    expect(await run(call(idOf(2), ...flags))).toMatchObject({ code: 0 });
    expect(existsSync(left)).toBe(true);
  });

  test("keeps staging of a living process, whatever its age", async () => {
    const left = leaveStaging(60_000, stagingName(idOf(1), thisProcess(), "0123456789abcdef"));
    expect(await run(call(idOf(2)))).toMatchObject({ code: 0 });
    expect(existsSync(left)).toBe(true);
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    "makes cells beside old staging that it may not remove (needs root)",
    async () => {
      const left = leaveStaging(11);
      chmodSync(root, 0o1777);
      expect(await run([...asUser(NOBODY), ...call(idOf(2))])).toMatchObject({
        code: 0,
        stdout: `${idOf(2)}\n`,
      });
      expect(existsSync(left)).toBe(true);
    },
  );
});
