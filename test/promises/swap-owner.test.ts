/**
 * Promise: a cell that is given to its agent gives the agent nothing else.
 *
 * While root makes the cell, the agent waits for its staging and, as soon as it may, swaps a
 * directory of it for a symlink to one of root's. Neither owner nor mode of that one changes.
 */
import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { idOf } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { asUser, NOBODY } from "../tools/privileges.ts";
import { command, run } from "../tools/program.ts";

const TRIES = 20;
const here = mkdtempSync(join(tmpdir(), "lazarus-pit-owner-"));
chmodSync(here, 0o755);
afterAll(() => rmSync(here, { recursive: true, force: true }));

const missing = lacking("root", "gcc", "setpriv");

test.skipIf(missing !== "")(
  `giving cells away touches nothing of root's${missing}`,
  async () => {
    const attacker = join(here, "grab");
    const built = await run([
      "gcc",
      "-O1",
      "-o",
      attacker,
      join(import.meta.dir, "../tools/grab.c"),
    ]);
    expect(built).toMatchObject({ code: 0 });
    const victim = join(here, "victim");
    mkdirSync(victim, { mode: 0o700 });
    const root = join(here, "root");
    mkdirSync(root);
    for (let n = 1; n <= TRIES; n++) {
      const child = Bun.spawn([...asUser(NOBODY), attacker, root, victim], { stdout: "ignore" });
      await run([
        ...command("executable", "init-cell"),
        "--root",
        root,
        "--user=nobody",
        "--group=nogroup",
        idOf(n),
      ]);
      child.kill("SIGKILL");
      await child.exited;
      const { uid, gid, mode } = statSync(victim);
      expect({ uid, gid, mode: mode & 0o7777 }).toEqual({ uid: 0, gid: 0, mode: 0o700 });
    }
  },
  600_000,
);
