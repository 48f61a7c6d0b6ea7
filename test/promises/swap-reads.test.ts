/**
 * Promise 5: no read leaves the root, also while the agent swaps a directory of its cell, or
 * the cell itself, for a symlink and back as fast as it can.
 *
 * 100,000 observations with each set of system calls, shared among the directories. Every part of the
 * cell outside differs from the real one, so that a single read of it is noticed.
 */
import { constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { openRoot } from "../../lib/host/files/directory.ts";
import { observeCell } from "../../lib/cell/observe.ts";
import { loadLibc, O_CLOEXEC, openHow } from "../../lib/host/syscalls/libc.ts";
import { chooseSyscalls, SYSCALL_PLANS } from "../../lib/host/syscalls/plan.ts";
import { contractProblems } from "../../lib/verdict/problems.ts";
import { type CellFacts, valueOf } from "../../lib/contract/facts.ts";
import { compileAttacker, type Target, TARGETS, underAttack } from "../tools/attack.ts";
import { idOf, writeCell, writeJson } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { MEMORY, scratch } from "../tools/program.ts";

const LOOKS = 100_000;
/** At least this many observations must find the cell, and this many the swap: both happened. */
const ENOUGH = 100;
const ID = idOf(1);
// An observation tells only the type of these two. So the types differ: where the cell has a directory
// and a file, the one outside has a file and a directory.
const DEEPER = { worktree: "worktree/inner", log: "logs/inner" };

const lack = lacking("gcc");
const base = scratch(MEMORY);
const attacker = lack === "" ? await compileAttacker(base) : "";
const rootPath = join(base, "missions");
const cell = writeCell(rootPath, ID, { config: DEEPER });
mkdirSync(join(cell, DEEPER.worktree));
writeJson(cell, DEEPER.log, "");
const root = openRoot(rootPath);

const outside = writeCell(join(base, "outside"), ID, {
  title: "outside",
  state: "outside",
  config: { ...DEEPER, stale_after_seconds: 666 },
});
writeJson(outside, DEEPER.worktree, "outside");
mkdirSync(join(outside, DEEPER.log));

/** The parts of an observation that come from outside of the root. */
function metOutside({ mission, config, heartbeat, log, dirs }: CellFacts): string[] {
  const marks = {
    mission: valueOf(mission)?.title === "outside",
    config: valueOf(config)?.stale_after_seconds === 666,
    heartbeat: valueOf(heartbeat)?.state === "outside",
    log: "why" in log && log.why === "is a directory, not a regular file",
    worktree: "why" in dirs.worktree && dirs.worktree.why === "is a regular file, not a directory",
  };
  return Object.entries(marks).flatMap(([part, isMarked]) => (isMarked ? [part] : []));
}

describe.skipIf(lack !== "").each([...SYSCALL_PLANS])(
  `a look by %s at a cell under attack${lack}`,
  (plan) => {
    const calls = chooseSyscalls(plan);
    const look = () => observeCell(root, ID, calls);

    test("every part outside can be told from the real one", () => {
      expect(calls.plan).toBe(plan);
      expect(contractProblems(look())).toEqual([]);
      expect(metOutside(look())).toEqual([]);
      const decoy = observeCell(openRoot(join(base, "outside")), ID, calls);
      expect(metOutside(decoy)).toEqual(["mission", "config", "heartbeat", "log", "worktree"]);
    });

    test.each(TARGETS)("never leaves it while %s is swapped", async (target) => {
      let sound = 0;
      let swapped = 0;
      await underAttack({ attacker, root: rootPath, id: ID, outside }, target, () => {
        for (let looks = 0; looks < LOOKS / TARGETS.length; looks++) {
          const facts = look();
          expect(metOutside(facts)).toEqual([]);
          if (contractProblems(facts).length === 0) sound++;
          else swapped++;
        }
      });
      // Otherwise there was no race.
      expect(sound).toBeGreaterThan(ENOUGH);
      expect(swapped).toBeGreaterThan(ENOUGH);
    });
  },
);

/** A file below each target, and what is read from it outside. */
const OUTSIDE: Readonly<Record<Target, readonly [path: string, text: string]>> = {
  "the cell": ["meta/mission.json", "outside"],
  meta: ["meta/mission.json", "outside"],
  config: ["config/cell.json", "666"],
  state: ["state/heartbeat.json", "outside"],
  logs: [DEEPER.log, "a directory"],
  worktree: [DEEPER.worktree, "outside"],
};

/** Reads a path below the root by openat2(2) that may follow links. */
function readFreely(path: string): string {
  const how = openHow(constants.O_RDONLY | constants.O_NONBLOCK | O_CLOEXEC, 0);
  const fd = libc?.openat2(root.fd, `${ID}/${path}`, how) ?? -1;
  if (fd < 0) return "";
  const bytes = Buffer.alloc(4096);
  const length = libc?.read(fd, bytes, bytes.length) ?? 0;
  libc?.close(fd);
  return length < 0 ? "a directory" : bytes.toString("utf8", 0, length);
}

const libc = loadLibc();
describe.skipIf(lack !== "")(`the same attack on reads that may follow links${lack}`, () => {
  test.each(TARGETS)("leads them out while %s is swapped", async (target) => {
    const [path, text] = OUTSIDE[target];
    let escaped = 0;
    await underAttack({ attacker, root: rootPath, id: ID, outside }, target, () => {
      for (let looks = 0; looks < LOOKS && escaped < ENOUGH; looks++)
        if (readFreely(path).includes(text)) escaped++;
    });
    expect(escaped).toBe(ENOUGH);
  });
});
