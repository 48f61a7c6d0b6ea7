/**
 * Promise 2: of 50 init-cell that make one cell at the same moment, one makes it and 49 say
 * that it exists. The cell is whole, and nothing else is left.
 */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf } from "../tools/cells.ts";
import { pointsOf, runWithFault } from "../tools/inject.ts";
import { lacking } from "../tools/needs.ts";
import { command, type Ended, run, scratch } from "../tools/program.ts";
import { wrongWith } from "../tools/whole.ts";

const MAKERS = 50;
/** Each round is another race; one alone could go well by luck. */
const ROUNDS = 5;
const ID = idOf(1);
const base = scratch();

function makeRoot(name: string): { root: string; argv: string[] } {
  const root = join(base, name);
  mkdirSync(root);
  return { root, argv: [...command("executable", "init-cell"), ID, "--root", root] };
}

/** One made it, the others found it; the cell is whole and nothing else is there. */
function checkOne(root: string, all: readonly Ended[]): void {
  const ends = new Set(all.map(({ code, stdout }) => `${code} ${stdout}`));
  expect([...ends]).toEqual([`0 ${ID}\n`]);
  const said = all
    .map(({ stderr }) => /^init-cell: ([^"]*) "/.exec(stderr)?.[1] ?? stderr)
    .toSorted();
  expect(said).toEqual(["created", ...Array<string>(all.length - 1).fill("nothing to do:")]);
  expect(wrongWith(root, ID)).toEqual([]);
  expect(readdirSync(root)).toEqual([ID]);
}

test.each(Array.from({ length: ROUNDS }, (_, round) => round))(
  "50 at once make one cell: round %d",
  async (round) => {
    const { root, argv } = makeRoot(String(round));
    const titles = Array.from({ length: MAKERS }, (_, maker) => `maker ${maker}`);
    const all = await Promise.all(titles.map((title) => run([...argv, "--title", title])));
    checkOne(root, all);
    // The cell is from the process that reports it, and no other process has written into it.
    const maker = all.findIndex(({ stderr }) => stderr.startsWith("init-cell: created"));
    const mission: unknown = JSON.parse(readFileSync(join(root, ID, CELL_FILES.mission), "utf8"));
    expect(mission).toMatchObject({ title: titles[maker] });
    expect(readFileSync(join(root, ID, CELL_FILES.log), "utf8").split("\n").length).toBe(2);
  },
);

// Between the last look at the name and the rename lie a few µs, which no race above may hit.
const lack = lacking("strace");
test.skipIf(lack !== "")(`10 held up just before their rename make one cell${lack}`, async () => {
  const before = makeRoot("before");
  const points = await pointsOf(before.argv, before.root);
  const rename = points.find(({ call }) => call === "rename");
  if (rename === undefined) throw new Error("init-cell renames nothing");
  const { root, argv } = makeRoot("held-up");
  const held = Array.from({ length: 10 }, () => runWithFault(argv, rename, "delay_enter=1000000"));
  const all = await Promise.all(held);
  expect(all.every(({ fired }) => fired)).toBe(true);
  checkOne(root, all);
});
