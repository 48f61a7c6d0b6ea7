/**
 * An accepted proposal makes one cell and one comment, wherever a pass is killed: at every
 * system call by which it changes something, in the real executable.
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { Gitea, TOKEN } from "../tools/gitea.ts";
import { type Point, pointsOf, runWithFault } from "../tools/inject.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { bodyOf } from "../tools/proposals.ts";
import { wrongWith } from "../tools/whole.ts";

const base = scratch();
const tokenFile = join(base, "token");
writeFileSync(tokenFile, TOKEN, { mode: 0o600 });
const PLAIN = bodyOf({ repository: undefined, ref: undefined });
/** The calls that change something, or hold what is changed. */
const CHANGES = [
  "openat",
  "write",
  "writev",
  "fsync",
  "mkdir",
  "rename",
  "link",
  "unlink",
  "close",
];
let roots = 0;

/** A root, a tracker with an accepted proposal, and the call that joins them. */
async function setUp() {
  const root = join(base, String(roots++));
  mkdirSync(root);
  const gitea = await Gitea.start();
  gitea.propose(PLAIN);
  // A state directory for each root, so that each pass creates the key too.
  const state = `${root}-state`;
  const flags = [
    "--poll",
    "--root",
    root,
    "--state-dir",
    state,
    "--gitea-allow=alice",
    ...gitea.flags(tokenFile),
  ];
  return { root, gitea, argv: [...command("executable", "accept-proposals"), ...flags] };
}

async function points(): Promise<Point[]> {
  const { argv, root } = await setUp();
  return (await pointsOf(argv, root)).filter(({ call }) => CHANGES.includes(call));
}

const lack = lacking("strace");
const POINTS = lack === "" ? await points() : [];

describe.skipIf(lack !== "")(`accept-proposals --poll${lack}`, () => {
  test("the trace shows that a pass creates a key, a lock, the marker of the records, two records and a cell", () => {
    expect(POINTS.filter(({ call }) => call === "link")).toHaveLength(3);
    // The number of the account that accepted, the cell, and the record of its issue.
    expect(POINTS.filter(({ call }) => call === "rename")).toHaveLength(3);
    expect(POINTS.filter(({ call }) => call === "fsync").length).toBeGreaterThan(8);
  });

  test("killed at any system call, the next pass does what is missing, once", async () => {
    let fired = 0;
    for (const point of POINTS) {
      const { root, gitea, argv } = await setUp();
      // The timing of the network varies, so some runs end without the call at which they would be killed.
      if ((await runWithFault(argv, point, "signal=SIGKILL")).fired) fired++;
      const again = await run(argv);
      // The pass that creates the directory of the records prints it.
      const stderr = again.stderr.replace(/^accept-proposals: created ".*\n/, "");
      expect({ point, ...again, stderr }).toMatchObject({ code: 0, stderr: "" });
      const cells = readdirSync(root).filter((name) => !name.startsWith(".init-"));
      expect({ point, cells: cells.length, wrong: wrongWith(root, cells[0] ?? "") }).toEqual({
        point,
        cells: 1,
        wrong: [],
      });
      expect({ point, said: gitea.said(1).length }).toEqual({ point, said: 1 });
      expect(gitea.labelsOf(1)).toEqual(["mission/active"]);
    }
    expect(fired).toBeGreaterThan(POINTS.length / 2);
  });
});
