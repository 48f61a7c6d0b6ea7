/**
 * Promise: where root works in a directory of somebody else's, such as the state directory, a
 * link that its owner has planted there leads root to nothing that the owner could not reach
 * alone: neither by root's own group, nor by another that root belongs to.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { lacking } from "../tools/needs.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";

const OWNER = 61_008;
const OF_ROOTS = 61_009;
const here = scratch();
chmodSync(here, 0o755);
const root = join(here, "missions");
mkdirSync(root);
const lack = lacking("root", "setpriv");
/** The first order on a root makes its store, and says that it did. */
const MADE = expect.stringMatching(/^supervise: created a new store at [^\n]*\n$/) as string;

/** A state directory of the owner's, whose group is root's, as chown(1) leaves it. */
function stateOf(uid: number): string {
  const state = mkdtempSync(join(here, "state-"));
  chownSync(state, uid, 0);
  return state;
}

/** A directory that none but root and a group may enter. */
function victimFor(group: number): string {
  const victim = mkdtempSync(join(here, "victim-"));
  chownSync(victim, 0, group);
  chmodSync(victim, 0o2770);
  return victim;
}

describe.skipIf(lack !== "").each(FORMS)(`supervise hold (%s)${lack}`, (form) => {
  const hold = (state: string) => {
    const flags = [`--root=${root}`, `--state-dir=${state}`, "--reason=x"];
    const asRoot = ["setpriv", `--groups=0,${OF_ROOTS}`];
    return run([...asRoot, ...command(form, "supervise"), "hold", ...flags]);
  };

  test.each([
    ["another group of root's", OF_ROOTS],
    ["root's own group", 0],
  ])("writes nothing where %s may write and the owner may not", async (_, group) => {
    const [state, victim] = [stateOf(OWNER), victimFor(group)];
    symlinkSync(victim, join(state, "roots"));
    lchownSync(join(state, "roots"), OWNER, OWNER);
    const { code, stderr } = await hold(state);
    expect({ code, stderr }).toEqual({
      code: 74,
      stderr: expect.stringContaining("permission denied"),
    });
    expect(readdirSync(victim)).toEqual([]);
  });

  test("leaves what it writes to the owner, with none of root's groups", async () => {
    const state = stateOf(OWNER);
    expect(await hold(state)).toMatchObject({ code: 0, stderr: MADE });
    const folder = join(state, "roots", encodeURIComponent(root));
    for (const path of [folder, join(folder, "HOLD"), join(folder, "events.ndjson")]) {
      const { uid, gid } = statSync(path);
      expect({ path, uid, isRoots: gid === 0 || gid === OF_ROOTS }).toEqual({
        path,
        uid: OWNER,
        isRoots: false,
      });
    }
  });

  test("is root's where the directory is", async () => {
    const state = stateOf(0);
    expect(await hold(state)).toMatchObject({ code: 0, stderr: MADE });
    expect(existsSync(join(state, "roots", encodeURIComponent(root), "HOLD"))).toBe(true);
  });
});
