/**
 * Promise 1: init-cell leaves no half cell, wherever it is killed or whatever call fails.
 *
 * Every system call of a run is met once by SIGKILL and once by each error, in the real
 * executable. "Whole" means that the contract's own rules find nothing wrong with the cell.
 */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf } from "../tools/cells.ts";
import { type Fault, type Point, pointsOf, runWithFault } from "../tools/inject.ts";
import { lacking } from "../tools/needs.ts";
import { command, type Ended, run, scratch } from "../tools/program.ts";
import { wrongWith } from "../tools/whole.ts";

const ID = idOf(1);
const base = scratch();
let roots = 0;

/** The calls that change something. If another call fails, the cell may still be made. */
const WRITES = ["write", "fsync", "mkdir", "rename", "openat"];

const initCell = (root: string) => [...command("executable", "init-cell"), ID, "--root", root];

function freshRoot(): string {
  const root = join(base, String(roots++));
  mkdirSync(root);
  return root;
}

const staging = (root: string) => readdirSync(root).filter((name) => name !== ID);

const lack = lacking("strace");
const points = lack === "" ? await pointsOf(initCell(freshRoot()), join(base, "0")) : [];

async function failAt(point: Point, fault: Fault): Promise<{ root: string; ended: Ended }> {
  const root = freshRoot();
  const { fired, ...ended } = await runWithFault(initCell(root), point, fault);
  expect({ ...point, fired }).toEqual({ ...point, fired: true });
  return { root, ended };
}

/** An error is told as an operator's, never as a bug, and leaves a whole cell or nothing. */
function checkFailed({ root, ended }: { root: string; ended: Ended }, point: Point): void {
  const met = `${point.text}\n${ended.stderr}`;
  if (ended.code !== 0) expect(met).toMatch(/\ninit-cell: error: .+\ninit-cell: hint: .+\n$/);
  expect([0, 65, 66, 69, 73, 74, 77], met).toContain(ended.code);
  const allowed = ended.code === 0 ? [[]] : [[], ["no cell"]];
  expect(allowed, met).toContainEqual(wrongWith(root, ID));
  expect(staging(root), met).toEqual([]);
}

describe.skipIf(lack !== "")(`init-cell${lack}`, () => {
  test("the trace holds what an atomic, durable init must do", () => {
    const counts = Object.groupBy(points, ({ call }) => call);
    // Staging and six directories; four files; a sync for each of them and for the root.
    expect(counts["mkdir"]?.length).toBe(7);
    expect(counts["write"]?.length).toBeGreaterThanOrEqual(5);
    expect(counts["fsync"]?.length).toBe(12);
    expect(counts["rename"]?.length).toBe(1);
  });

  test("killed at any system call, it leaves no cell or a whole one, and can be run again", async () => {
    for (const point of points) {
      const { root } = await failAt(point, "signal=SIGKILL");
      expect([[], ["no cell"]], point.text).toContainEqual(wrongWith(root, ID));
      const again = await run(initCell(root));
      expect({ point, ...again }).toMatchObject({ code: 0, stdout: `${ID}\n` });
      expect(wrongWith(root, ID), point.text).toEqual([]);
    }
  });

  test.each(["error=EIO", "error=ENOSPC"] as const)(
    "with %s at any call that writes, it says so and leaves nothing half made",
    async (fault) => {
      for (const point of points.filter(({ call }) => WRITES.includes(call)))
        checkFailed(await failAt(point, fault), point);
    },
  );

  test("with EIO at any other call, it ends in a whole cell or an error", async () => {
    for (const point of points.filter(({ call }) => !WRITES.includes(call)))
      checkFailed(await failAt(point, "error=EIO"), point);
  });

  test("a sync that failed is never called done", async () => {
    const syncs = points.filter(({ call }) => call === "fsync");
    expect(syncs.length).toBeGreaterThan(0);
    for (const point of syncs) {
      const { ended } = await failAt(point, "error=EIO");
      expect({ point, ...ended }).toMatchObject({ code: 73, stdout: "" });
    }
  });
});
