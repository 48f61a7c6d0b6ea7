import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, ONE_FORM, type Program, run, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";
import { treeOf } from "../tools/tree.ts";

const here = scratch();
const LOWER = idOf(0xabc);
const UPPER = LOWER.toUpperCase();
const NO_ID = (id: string) => `Cannot use "${id}" as a mission id: `;
const NO_MATCH = `Cannot find "0b7e5a34": no id of a cell`;

const CALLS: [Program, (id: string) => string[]][] = [
  ["init-cell", (id) => [id]],
  ["init-cell", (id) => [idOf(1), id]],
  ["mission", (id) => [id]],
  ["mission", (id) => [id, "pause"]],
  ["scan", (id) => [id]],
  ["heartbeat", (id) => [id]],
];
const CASES = ONE_FORM.flatMap((form) =>
  CALLS.map(([program, words]) => ({ form, program, words, call: words("<id>").join(" ") })),
);

describe.each(CASES)("$program $call ($form)", ({ form, program, words }) => {
  const root = join(here, `${form}-${program}-${words("x").length}`);
  mkdirSync(root, { recursive: true });

  test.each([
    ["..", NO_ID("..")],
    [`${LOWER}/`, NO_ID(`${LOWER}/`)],
    [`{${LOWER}}`, NO_ID(`{${LOWER}}`)],
    ["00000000-0000-0000-0000-000000000000", NO_ID("00000000-0000-0000-0000-000000000000")],
    ["FFFFffff-ffff-ffff-ffff-ffffffffffff", NO_ID("FFFFffff-ffff-ffff-ffff-ffffffffffff")],
    ["", "Empty argument"],
  ])("refuses %p with 64 and does nothing", async (id, message) => {
    const before = treeOf(root);
    const said = await refused(form, program, ["--root", root, ...words(id)]);
    expect(said.code).toBe(64);
    expect(said.message).toStartWith(message);
    expect(treeOf(root)).toEqual(before);
  });

  test("refuses a part of an id that no cell has", async () => {
    const said = await refused(form, program, ["--root", root, ...words("0b7e5a34")]);
    const [code, start] = program === "init-cell" ? [64, NO_ID("0b7e5a34")] : [66, NO_MATCH];
    expect(said.code).toBe(code);
    expect(said.message).toStartWith(start);
  });
});

describe.each(ONE_FORM)("an upper-case id (%s)", (form) => {
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
