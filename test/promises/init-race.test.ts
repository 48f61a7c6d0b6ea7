/**
 * Promise 2: of 50 init-cell that make one cell at the same moment, one makes it and 49 say
 * that it exists. The cell is whole, and nothing else is left.
 */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/schemas/cell.ts";
import { idOf } from "../tools/cells.ts";
import { command, run, scratch } from "../tools/program.ts";
import { wrongWith } from "../tools/whole.ts";

const MAKERS = 50;
/** Each round is another race; one alone could go well by luck. */
const ROUNDS = 5;
const ID = idOf(1);
const base = scratch();

test.each(Array.from({ length: ROUNDS }, (_, round) => round))(
  "50 at once make one cell: round %d",
  async (round) => {
    const root = join(base, String(round));
    mkdirSync(root);
    const argv = [...command("executable", "init-cell"), ID, "--root", root];
    const titles = Array.from({ length: MAKERS }, (_, maker) => `maker ${maker}`);
    const all = await Promise.all(titles.map((title) => run([...argv, "--title", title])));

    expect(new Set(all.map(({ code, stdout }) => `${code} ${stdout}`))).toEqual(
      new Set([`0 ${ID}\n`]),
    );
    const made = all.flatMap(({ stderr }, maker) =>
      stderr.startsWith("init-cell: made ") ? [titles[maker]] : [],
    );
    const existing = all.filter(({ stderr }) => stderr.startsWith("init-cell: nothing to do: "));
    expect([made.length, existing.length]).toEqual([1, MAKERS - 1]);

    // The cell is that of the one who says so, and nobody wrote into it afterwards.
    const mission: unknown = JSON.parse(readFileSync(join(root, ID, CELL_FILES.mission), "utf8"));
    expect(mission).toMatchObject({ title: made[0] });
    expect(readFileSync(join(root, ID, CELL_FILES.log), "utf8").split("\n").length).toBe(2);
    expect(wrongWith(root, ID)).toEqual([]);
    expect(readdirSync(root)).toEqual([ID]);
  },
);
