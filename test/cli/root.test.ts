import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf } from "../tools/cells.ts";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { ONE_FORM, type Program, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";

const here = scratch();
chmodSync(here, 0o755);
const absent = join(here, "nowhere");
const file = join(here, "file");
const locked = join(here, "locked");
writeFileSync(file, "");
mkdirSync(locked, { mode: 0o700 });

const CALLS: [Program, ...string[]][] = [
  ["init-cell", idOf(1)],
  ["mission", idOf(1)],
  ["mission", idOf(1), "pause"],
  ["scan"],
  ["scan", "--explain", idOf(1)],
  ["heartbeat", idOf(1)],
  ["accept-proposals", "--body", join(here, "body.md")],
];
const CASES = ONE_FORM.flatMap((form) =>
  CALLS.map(([program, ...args]) => ({ form, program, args })),
);

const OR_GIVE = "or mount it, or give the directory that holds the cells with --root";

describe.each(CASES)("$program $args ($form)", ({ form, program, args }) => {
  const call = (root: string, prefix: string[] = []) =>
    refused(form, program, ["--root", root, ...args], { prefix });

  test("says how to make a root that does not exist, and exits 66", async () => {
    expect(await call(absent)).toEqual({
      code: 66,
      message: `Cannot list cells under "${absent}": it does not exist`,
      hint: `create it with: mkdir -p ${absent}; ${OR_GIVE}`,
    });
  });

  test("says how to make a root whose path a shell would take apart", async () => {
    const path = join(here, "no where");
    expect(await call(path)).toMatchObject({
      code: 66,
      hint: `create it with: mkdir -p '${path}'; ${OR_GIVE}`,
    });
  });

  test("says that a root is a file, and exits 66", async () => {
    expect(await call(file)).toEqual({
      code: 66,
      message: `Cannot list cells under "${file}": it is not a directory`,
      hint: "give the directory that holds the cells with --root",
    });
  });

  test.skipIf(!CAN_BECOME_OTHERS)(
    "exits 77 for a root that its user may not enter (needs root)",
    async () => {
      expect(await call(locked, asUser(NOBODY))).toEqual({
        code: 77,
        message: `Cannot list cells under "${locked}": permission denied (EACCES)`,
        hint: "run it as a user that may do this",
      });
    },
  );
});
