import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf, writeCell } from "./tools/cells.ts";
import { command, FORMS, type Program, run, scratch } from "./tools/program.ts";
import { refused } from "./tools/refusal.ts";
import { treeOf } from "./tools/tree.ts";

const here = scratch();
const LOWER = idOf(0xabc);
const UPPER = LOWER.toUpperCase();
const NO_ID = (id: string) =>
  `Cannot use "${id}" as a mission id: it is no UUID, or the nil or max one`;

const CALLS: [Program, (id: string) => string[]][] = [
  ["init-cell", (id) => [id]],
  ["init-cell", (id) => [idOf(1), id]],
  ["mission", (id) => [id]],
  ["mission", (id) => [id, "pause"]],
  ["scan", (id) => [id]],
  ["heartbeat", (id) => [id]],
];
const CASES = FORMS.flatMap((form) =>
  CALLS.map(([program, words]) => ({ form, program, words, call: words("<id>").join(" ") })),
);

describe.each(CASES)("$program $call ($form)", ({ form, program, words }) => {
  const root = join(here, `${form}-${program}-${words("x").length}`);
  mkdirSync(root, { recursive: true });

  test.each([
    ["..", NO_ID("..")],
    ["0b7e5a34", NO_ID("0b7e5a34")],
    [`${LOWER}/`, NO_ID(`${LOWER}/`)],
    [`{${LOWER}}`, NO_ID(`{${LOWER}}`)],
    ["00000000-0000-0000-0000-000000000000", NO_ID("00000000-0000-0000-0000-000000000000")],
    ["FFFFffff-ffff-ffff-ffff-ffffffffffff", NO_ID("FFFFffff-ffff-ffff-ffff-ffffffffffff")],
    ["", "Cannot use an empty argument"],
  ])("refuses %p with 64 and does nothing", async (id, message) => {
    const before = treeOf(root);
    const said = await refused(form, program, ["--root", root, ...words(id)]);
    expect(said).toMatchObject({ code: 64, message });
    expect(treeOf(root)).toEqual(before);
  });
});

describe.each(FORMS)("an upper-case id (%s)", (form) => {
  const root = join(here, `upper-${form}`);
  writeCell(root, LOWER);

  test.each([
    ["init-cell", [UPPER]],
    ["mission", [UPPER, "--json"]],
    ["scan", [UPPER, "--json"]],
    ["scan", ["--explain", UPPER]],
    ["heartbeat", [UPPER, "--json"]],
  ] as [Program, string[]][])("is lowered by %s %p", async (program, args) => {
    const { code, stdout } = await run([...command(form, program), "--root", root, ...args]);
    expect({ code, lowered: stdout.includes(LOWER) }).toEqual({ code: 0, lowered: true });
    expect(stdout).not.toContain(UPPER);
    expect(Object.keys(treeOf(root))).not.toContain(UPPER);
  });

  test("names a new cell in lower case", async () => {
    const id = idOf(0xdef);
    const call = [...command(form, "init-cell"), "--root", root, id.toUpperCase(), id];
    expect(await run(call)).toMatchObject({ code: 0, stdout: `${id}\n` });
  });
});
