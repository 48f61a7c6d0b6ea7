import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, ONE_FORM, type Program, run, scratch } from "../tools/program.ts";
import { bodyOf } from "../tools/proposals.ts";
import { jsonRefusalOf, refused } from "../tools/refusal.ts";
import { treeOf } from "../tools/tree.ts";

const here = scratch();
const root = join(here, "missions");
writeCell(root, idOf(1));
mkdirSync(join(here, "cwd"));
writeFileSync(join(here, "body.md"), bodyOf({ repository: undefined, ref: undefined }));

/** A call of each program that changes something, unless a test adds a mistake to it. */
const CALLS: [Program, ...string[]][] = [
  ["init-cell", idOf(2), "--root=missions"],
  ["mission", idOf(1), "pause", "--root=missions"],
  ["scan", "--write-heartbeat", "--heartbeat-dir=beats", "--root=missions"],
  ["heartbeat", idOf(1), "--root=missions"],
  ["accept-proposals", "--body=body.md", "--root=missions"],
];
const CASES = ONE_FORM.flatMap((form) =>
  CALLS.map(([program, ...args]) => ({ form, program, args })),
);

describe.each(CASES)("$program ($form)", ({ form, program, args }) => {
  const call = (...more: string[]) => refused(form, program, [...args, ...more], { cwd: here });

  test.each([
    ["an unknown flag", ["--frob"], 'Unknown flag: "--frob"'],
    ["an unknown flag with a value", ["--frob=1"], 'Unknown flag: "--frob"'],
    ["a flag of the prototype", ["--constructor"], 'Unknown flag: "--constructor"'],
    ["a short flag", ["-x"], 'Unknown flag: "-x"'],
    ["a flag with one dash", ["-root", "missions"], 'Unknown flag: "-r"'],
    ["a missing value at the end", ["--config"], "Missing value for --config"],
    ["a flag in place of a value", ["--config", "--root"], "Missing value for --config"],
    ["an empty value", ["--config="], "Missing value for --config"],
    ["an empty value of its own", ["--config", ""], "Missing value for --config"],
    ["a flag given twice", ["--root=missions"], 'Flag given twice: "--root"'],
    ["a value for a switch", ["--json=no"], "Flag takes no value: --json"],
    ["a negated switch", ["--no-json"], 'Unknown flag: "--no-json"'],
    ["a flag in camel case", ["--dryRun"], 'Unknown flag: "--dryRun"'],
  ])("refuses %s with 64 and does nothing", async (_, wrong, what) => {
    const before = treeOf(here);
    expect(await call(...wrong)).toEqual({
      code: 64,
      message: what,
      hint: what.startsWith("Missing value") ? "write it as --config=VALUE" : expect.any(String),
    });
    expect(treeOf(here)).toEqual(before);
  });

  test("refuses an extra argument with 64 and does nothing", async () => {
    const before = treeOf(here);
    const takesIds = program === "init-cell" || program === "scan";
    expect(await call("extra")).toMatchObject({
      code: 64,
      message: takesIds
        ? expect.stringContaining('"extra" as a mission id')
        : 'Unexpected argument: "extra"',
    });
    expect(treeOf(here)).toEqual(before);
  });

  test("refuses --json given twice", async () => {
    const ended = await run([...command(form, program), ...args, "--json", "--json"], {
      cwd: here,
    });
    expect(jsonRefusalOf(ended)).toMatchObject({
      code: 64,
      message: 'Flag given twice: "--json"',
    });
  });
});

test.each(ONE_FORM)("mission (%s) asks for the id that a step lacks", async (form) => {
  expect(await refused(form, "mission", ["pause", "--root", root])).toMatchObject({
    code: 64,
    message: "Missing mission id: none was given, and the working directory is not in a cell",
    hint: `give an id, set MISSION_ID, or run this inside the cell; list the cells with: scan --root ${root}`,
  });
});
