/**
 * Promise 1, for a repair: it adds what is missing and changes no byte that is there,
 * wherever it is killed or whatever call fails; and it can be run again.
 */
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { type Fault, type Point, pointsOf, runWithFault } from "../tools/inject.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { snapshot, wrongWith } from "../tools/whole.ts";

const ID = idOf(1);
const OLD_LINE = '{"event":"from before"}\n';
const STATE = dirname(CELL_FILES.heartbeat);
const base = scratch();
let roots = 0;

const repair = (root: string) => [
  ...command("executable", "init-cell"),
  ID,
  "--repair",
  `--root=${root}`,
];

/** A root with one cell that lacks its state directory, and an agent's own file. */
function damagedRoot(): string {
  const root = join(base, String(roots++));
  const cell = writeCell(root, ID);
  writeFileSync(join(cell, CELL_FILES.log), OLD_LINE);
  writeFileSync(join(cell, "notes"), "the agent's own");
  rmSync(join(cell, STATE), { recursive: true });
  return root;
}

/** Everything but the state directory and what was appended to the log. */
function untouched(root: string): Record<string, string> {
  const found = Object.entries(snapshot(join(root, ID)));
  const kept = found.filter(([path]) => path !== STATE && !path.startsWith(`${STATE}/`));
  return Object.fromEntries(
    kept.map(([path, text]) => [
      path,
      path === CELL_FILES.log ? text.slice(0, OLD_LINE.length) : text,
    ]),
  );
}

async function failAt(point: Point, fault: Fault) {
  const root = damagedRoot();
  const before = untouched(root);
  const { fired, ...ended } = await runWithFault(repair(root), point, fault);
  expect({ ...point, fired }).toEqual({ ...point, fired: true });
  expect(untouched(root), point.text).toEqual(before);
  return { root, before, ended };
}

const firstRoot = damagedRoot();
const lack = lacking("strace");
const points = lack === "" ? await pointsOf(repair(firstRoot), firstRoot) : [];

describe.skipIf(lack !== "")(`a repair${lack}`, () => {
  test("the trace holds what a durable repair must do", () => {
    expect(wrongWith(firstRoot, ID)).toEqual([]);
    const names = new Set(points.map(({ call }) => call));
    expect([...names]).toEqual(expect.arrayContaining(["mkdir", "write", "fsync", "link"]));
  });

  test("killed at any system call, it changes nothing that is there, and can be run again", async () => {
    for (const point of points) {
      const { root, before } = await failAt(point, "signal=SIGKILL");
      const again = await run(repair(root));
      expect({ point, ...again }).toMatchObject({ code: 0, stdout: `${ID}\n` });
      expect(wrongWith(root, ID), point.text).toEqual([]);
      expect(untouched(root), point.text).toEqual(before);
    }
  });

  test.each(["error=EIO", "error=ENOSPC"] as const)(
    "with %s at any call, it ends in a whole cell or an error, and leaves nothing else",
    async (fault) => {
      for (const point of points) {
        const { root, ended } = await failAt(point, fault);
        const met = `${point.text}\n${ended.stderr}`;
        if (ended.code === 0) expect(wrongWith(root, ID), met).toEqual([]);
        else expect(met).toMatch(/\ninit-cell: error: .+\ninit-cell: hint: .+\n$/);
        expect([0, 65, 66, 69, 73, 74, 77], met).toContain(ended.code);
        if (point.call === "fsync") expect(ended.code, met).not.toBe(0);
        const left = Object.keys(snapshot(root)).filter((path) => path.endsWith(".tmp"));
        expect(left, met).toEqual([]);
      }
    },
  );
});
