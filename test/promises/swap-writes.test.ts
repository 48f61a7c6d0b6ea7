/**
 * Promise 5: no write leaves the root, also while the agent swaps a directory of its cell, or
 * the cell itself, for a symlink and back as fast as it can.
 *
 * 100,000 writes of every kind, shared among the directories. Outside, not only names and
 * content must stay as they were but the change times too: they also show a file that was
 * made there and removed again.
 */
import { closeSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "bun:test";
import { beatCell } from "../../lib/cell/heartbeat/beat.ts";
import { openRoot, withSubdirectory } from "../../lib/host/files/directory.ts";
import { errnoOf } from "../../lib/host/errno.ts";
import { seedTexts } from "../../lib/cell/create/create-cell.ts";
import { changeStatus } from "../../lib/cell/mission/status-change.ts";
import { appendLine, openLog } from "../../lib/cell/log.ts";
import { observeCell } from "../../lib/cell/observe.ts";
import { repairCell } from "../../lib/cell/create/repair.ts";
import { replaceFile } from "../../lib/host/files/atomic-file.ts";
import { CELL_FILES, FILE_MODE } from "../../lib/contract/cell.ts";
import { OperatorError } from "../../lib/base/errors.ts";
import { compileAttacker, TARGETS, underAttack } from "../tools/attack.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { MEMORY, scratch } from "../tools/program.ts";
import { snapshot, wrongWith } from "../tools/whole.ts";

const WRITES = 100_000;
/** At least this many writes must succeed, and this many must meet the swap: both happened. */
const ENOUGH = 100;
const ID = idOf(1);
const EMPTY = idOf(2);

const lack = lacking("gcc");
const base = scratch(MEMORY);
const attacker = lack === "" ? await compileAttacker(base) : "";
const rootPath = join(base, "missions");
writeCell(rootPath, ID);
mkdirSync(join(rootPath, EMPTY));
const root = openRoot(rootPath);
const outside = writeCell(join(base, "outside"), ID);

const texts = seedTexts(ID, { details: { status: "active" }, now: new Date() });
/** The facts of an empty cell, so that a repair tries to create all ten parts. */
const allAbsent = { ...observeCell(root, EMPTY), id: ID };

/** Each kind of write: true if it succeeded, false if it failed because of the swap. */
const KINDS: readonly (() => boolean)[] = [
  () => isDone(() => beatCell({ root, id: ID }, { state: "working" }, { pid: 1, now: new Date() })),
  () => isDone(() => repairCell(root, allAbsent, { texts, warnings: [], now: new Date() })),
  () => inDirectoryOf(CELL_FILES.log, appendOne),
  () => inDirectoryOf(CELL_FILES.mission, replaceOne),
];

/** A change of status starts flock(1) each time, so it gets fewer tries. */
function pauseAndResume(): void {
  for (const step of ["pause", "resume"] as const)
    isDone(() =>
      changeStatus(root, observeCell(root, ID), { program: "test", step, now: new Date() }),
    );
}

function appendOne(dir: number, name: string): void {
  const log = openLog(dir, name);
  try {
    appendLine(log, "{}\n");
  } finally {
    closeSync(log);
  }
}

const replaceOne = (dir: number, name: string): void =>
  replaceFile(dir, name, texts.get(CELL_FILES.mission) ?? "", FILE_MODE);

function inDirectoryOf(path: string, write: (dir: number, name: string) => void): boolean {
  try {
    return isDone(() =>
      withSubdirectory(root.fd, [ID, dirname(path)], (dir) => write(dir, basename(path))),
    );
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** Anything but an operator's error is a bug, also under attack. */
function isDone(write: () => unknown): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}

function timesOutside(): string[] {
  const names = [".", ...readdirSync(outside, { recursive: true }).map(String)].toSorted();
  const timeOf = (name: string) => lstatSync(join(outside, name), { bigint: true }).ctimeNs;
  return names.map((name) => `${name} ${timeOf(name)}`);
}

describe.skipIf(lack !== "")(`a write to a cell under attack${lack}`, () => {
  test.each(TARGETS)("never leaves it while %s is swapped", async (target) => {
    const before = [timesOutside(), snapshot(outside)];
    let done = 0;
    const share = Math.ceil(WRITES / TARGETS.length);
    await underAttack({ attacker, root: rootPath, id: ID, outside }, target, () => {
      for (let tries = 0; tries < share; tries++) {
        if (KINDS[tries % KINDS.length]?.() === true) done++;
        if (tries % 200 === 0) pauseAndResume();
      }
    });
    expect([timesOutside(), snapshot(outside)]).toEqual(before);
    expect(wrongWith(rootPath, ID)).toEqual([]);
    // Otherwise there was no race.
    expect(done).toBeGreaterThan(ENOUGH);
    expect(share - done).toBeGreaterThan(ENOUGH);
  });
});
