import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { version } from "../package.json";
import defaults from "../config/lazarus_pit.json";
import { idOf, writeCell } from "./tools/cells.ts";
import { command, FORMS, type Program, run, scratch } from "./tools/program.ts";
import { refused, refusalOf } from "./tools/refusal.ts";

const here = scratch();
const ID = idOf(1);
const COMMANDS = ["init-cell", "mission", "scan", "heartbeat"] as const satisfies Program[];
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

/** A call of each command that ends well in a root with the cell `ID`. */
const argsOf = (program: Program): string[] =>
  program === "scan" ? ["--root", root] : [ID, "--root", root];

describe.each(FORMS)("lazarus-pit (%s)", (form) => {
  const lazarusPit = (...args: string[]) => run([...command(form, "lazarus-pit"), ...args]);

  test.each(COMMANDS)("runs %s by name, as the program of that name would", async (program) => {
    writeCell(root, ID, { age: 90 });
    const own = await run([...command(form, program), ...argsOf(program)]);
    expect(own.code).toBe(0);
    expect(await lazarusPit(program, ...argsOf(program))).toEqual(own);
  });

  test.each(COMMANDS)("lets %s speak in its own name", async (program) => {
    const help = await run([...command(form, program), "--help"]);
    expect(await lazarusPit(program, "--help")).toEqual(help);
    const refusal = refusalOf(program, await lazarusPit(program, "--frob"));
    expect(refusal).toMatchObject({ code: 64, message: 'Cannot use unknown flag "--frob"' });
  });

  test("makes a cell with --init-cell <uuid> --json", async () => {
    const { code, stdout, stderr } = await lazarusPit("--init-cell", ID, "--json", "--root", root);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ cells: [{ mission_id: ID, outcome: "created" }] });
    expect(readdirSync(root)).toEqual([ID]);
  });

  test.each([
    ["--init-cell=ID --root=ROOT --title=x"],
    ["--root=ROOT --init-cell ID"],
    ["--json --init-cell ID --root ROOT"],
  ])("takes %p", async (line) => {
    const words = line.replace("ID", ID).replace("ROOT", root).split(" ");
    expect(await lazarusPit(...words)).toMatchObject({ code: 0 });
    expect(readdirSync(root)).toEqual([ID]);
  });

  test("scans with --write-heartbeat --json, and writes the daemon's record", async () => {
    writeCell(root, ID);
    const beats = join(here, `beats-${count}`);
    const flags = ["--root", root, "--heartbeat-dir", beats];
    const { code, stdout } = await lazarusPit("--write-heartbeat", "--json", ...flags);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ cells: [{ mission_id: ID, status: "healthy" }] });
    expect(readdirSync(beats)).toEqual(["lazarus_pit.last"]);
  });

  test("prints every setting with its source", async () => {
    const { code, stdout } = await lazarusPit("config", "--json", "--heartbeat-writer", '["true"]');
    const settings = Object.entries(defaults).map(([name, value]) => ({
      name,
      value: value as unknown,
      source: "default",
    }));
    const writer = { name: "heartbeat_writer", value: ["true"], source: "--heartbeat-writer" };
    expect({ code, settings: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      settings: [...settings, writer],
    });
  });

  test("prints settings for a person in columns", async () => {
    const { stdout } = await lazarusPit("config", "--root", "/srv/\u001b[31m");
    expect(stdout).toStartWith("root                     /srv/\\u{1b}[31m");
    expect(stdout.split("\n")[0]).toEndWith("  --root");
    expect(stdout).toContain("\nallowed_skew_seconds     60 ");
  });

  test("prints its version, and that of each command", async () => {
    for (const args of [["--version"], ...COMMANDS.map((name) => [name, "--version"])])
      expect(await lazarusPit(...args)).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test.each([
    [[], "Cannot use a call without a command"],
    [["frob"], 'Cannot use "frob" as a command'],
    [["Scan"], 'Cannot use "Scan" as a command'],
    [["constructor"], 'Cannot use "constructor" as a command'],
    [["frob", "scan"], 'Cannot use "frob" as a command'],
  ])("refuses %p with 64, and lists the commands", async (args, message) => {
    expect(await refused(form, "lazarus-pit", args)).toEqual({
      code: 64,
      message,
      hint: "the commands are: init-cell, mission, scan, heartbeat, serve-health, supervise, accept-proposals, token, config",
    });
  });

  test.each([
    [["--init-cell"], "Cannot use --init-cell without a value"],
    [["--init-cell="], "Cannot use --init-cell without a value"],
    [["--frob"], 'Cannot use unknown flag "--frob"'],
  ])("refuses %p with 64, and makes nothing", async (args, message) => {
    const env = { LAZARUS_PIT_ROOT: root };
    expect(await refused(form, "lazarus-pit", args, { env })).toMatchObject({ code: 64, message });
    expect(readdirSync(root)).toEqual([]);
  });

  test("refuses --init-cell with what is no id, in init-cell's words", async () => {
    const ended = await lazarusPit("--init-cell", "..", "--root", root);
    expect(refusalOf("init-cell", ended)).toMatchObject({ code: 64 });
  });
});

describe("lazarus-pit by a link (executable)", () => {
  const [executable = ""] = command("executable", "lazarus-pit");

  test.each(COMMANDS)("named %s runs that command", async (program) => {
    writeCell(root, ID, { age: 90 });
    const link = join(here, program);
    if (!existsSync(link)) symlinkSync(executable, link);
    const own = await run([...command("executable", program), ...argsOf(program)]);
    expect(own.code).toBe(0);
    expect(await run([link, ...argsOf(program)])).toEqual(own);
    expect(await run([program, ...argsOf(program)], { env: { PATH: here } })).toEqual(own);
  });

  test("named otherwise is lazarus-pit", async () => {
    const link = join(here, "pit");
    symlinkSync(executable, link);
    expect(await run([link, "scan", "--root", root])).toMatchObject({ code: 0 });
    expect(refusalOf("lazarus-pit", await run([link]))).toMatchObject({ code: 64 });
  });

  test("runs as a copy without anything else of the project", async () => {
    const copy = join(here, "copy");
    copyFileSync(executable, copy);
    expect(await run([copy, "scan", "--root", root], { cwd: here })).toMatchObject({ code: 0 });
  });
});
