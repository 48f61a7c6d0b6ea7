import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "bun:test";
import { version } from "../../package.json";
import defaults from "../../config/lazarus_pit.json";
import { explainPlan, SYSCALL_PLANS } from "../../lib/host/syscalls/plan.ts";
import { commitOf } from "../../lib/dev/build.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, FORMS, type Program, run, scratch } from "../tools/program.ts";
import { refused, refusalOf } from "../tools/refusal.ts";

const here = scratch();
const ID = idOf(1);
const COMMANDS = ["init-cell", "mission", "scan", "heartbeat"] as const satisfies Program[];
let count = 0;
let root: string;
beforeEach(() => mkdirSync((root = join(here, `root-${count++}`))));

/** A call of each command that ends well in a root with the cell `ID`. */
const argsOf = (program: Program): string[] =>
  program === "scan" ? ["--root", root] : [ID, "--root", root];

const byName = (a: { readonly name: string }, b: { readonly name: string }) =>
  a.name < b.name ? -1 : 1;

describe.each(FORMS)("lazarus-pit (%s)", (form) => {
  const lazarusPit = (...args: string[]) => run([...command(form, "lazarus-pit"), ...args]);

  test.each(COMMANDS)("runs %s by name, as the program of that name would", async (program) => {
    writeCell(root, ID, { age: 90 });
    const own = await run([...command(form, program), ...argsOf(program)]);
    expect(own.code).toBe(0);
    expect(await lazarusPit(program, ...argsOf(program))).toEqual(own);
  });

  test.each(COMMANDS)(
    "gives %s the help and the messages of the program of that name",
    async (program) => {
      const help = await run([...command(form, program), "--help"]);
      const called = await lazarusPit(program, "--help");
      const isExecutable = form === "executable";
      const usage = isExecutable ? "USAGE lazarus-pit " : "USAGE ";
      const note = `\nUnless ${program} has a link of its own, type lazarus-pit before it.\n`;
      const expected = `${help.stdout.replace("USAGE ", usage)}${isExecutable ? note : ""}`;
      expect(called).toEqual({ ...help, stdout: expected });
      const refusal = refusalOf(program, await lazarusPit(program, "--frob"));
      expect(refusal).toMatchObject({ code: 64, message: 'Unknown flag: "--frob"' });
    },
  );

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
    const empty = join(here, "empty.json");
    writeFileSync(empty, "{}");
    const flags = ["--config", empty, "--json", "--heartbeat-writer", '["true"]'];
    const { code, stdout } = await lazarusPit("config", ...flags);
    const settings = Object.entries(defaults).map(([name, value]) => ({
      name,
      value: value as unknown,
      source: "default",
    }));
    const writer = { name: "heartbeat_writer", value: ["true"], source: "--heartbeat-writer" };
    expect(code).toBe(0);
    const printed = (JSON.parse(stdout) as { readonly name: string }[]).filter(
      ({ name }) => name !== "syscalls",
    );
    expect(printed.toSorted(byName)).toEqual([...settings, writer].toSorted(byName));
  });

  test("prints settings for a person in columns", async () => {
    const { stdout } = await lazarusPit("config", "--root", "/srv/\u001b[31m");
    expect(stdout).toMatch(/^root {2,}\/srv\/\\u\{1b\}\[31m {2,}--root\n/);
    expect(stdout.split("\n")[0]).toEndWith("  --root");
    expect(stdout).toMatch(/\nallowed_skew_seconds {2,}60 {2,}default\n/);
  });

  test.each([...SYSCALL_PLANS])("shows the system calls that read cells: %s", async (plan) => {
    const env = { LAZARUS_PIT_TEST_SYSCALLS: plan };
    const shown = async (...args: string[]) =>
      JSON.parse((await run([...command(form, "lazarus-pit"), ...args, "--json"], { env })).stdout);
    const why = "LAZARUS_PIT_TEST_SYSCALLS";
    expect(await shown("--version")).toEqual({
      version,
      commit:
        form === "script"
          ? "unknown"
          : expect.stringMatching(/^[0-9a-f]{12}(?:-dirty)?$|^unknown$/),
      bun: Bun.version,
      target: `${process.platform}-${process.arch}`,
      arch: process.arch,
      syscalls: plan,
      syscalls_why: why,
    });
    expect(await shown("config")).toContainEqual({ name: "syscalls", value: plan, source: why });
  });

  test("says why these system calls read cells", async () => {
    const { plan, why } = explainPlan();
    const { stdout } = await lazarusPit("--version", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ syscalls: plan, syscalls_why: why });
    expect((await lazarusPit("config")).stdout).toEndWith(`  ${why}\n`);
  });

  test("shows the commit that it was built from, if its tree is all of a repository", async () => {
    const tree = join(here, `tree-${count}`);
    mkdirSync(join(tree, "part"), { recursive: true });
    expect(await commitOf(tree)).toBe("unknown");
    const git = (...args: string[]) => run(["git", "-C", tree, ...args]);
    await git("init", "-q");
    await git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a", "--allow-empty");
    await git("tag", "v1");
    const { stdout } = await git("rev-parse", "HEAD");
    expect(await commitOf(tree)).toBe(stdout.slice(0, 12));
    expect(await commitOf(join(tree, "part"))).toBe("unknown");
  });

  test("prints its version, and that of each command", async () => {
    for (const args of [["--version"], ...COMMANDS.map((name) => [name, "--version"])])
      expect(await lazarusPit(...args)).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test.each([
    [["frob"], 'Cannot use "frob" as a command', ""],
    [["Scan"], 'Cannot use "Scan" as a command', "did you mean lazarus-pit scan? "],
    [["constructor"], 'Cannot use "constructor" as a command', ""],
    [["frob", "scan"], 'Cannot use "frob" as a command', ""],
  ])("refuses %p with 64, and lists the commands", async (args, message, guess) => {
    const names = (await lazarusPit("help")).stdout.match(/(?<=^  )[a-z][a-z-]+(?= {2,})/gm) ?? [];
    expect(names.length).toBeGreaterThan(COMMANDS.length);
    expect(await refused(form, "lazarus-pit", args)).toEqual({
      code: 64,
      message,
      hint: `${guess}the commands are: ${names.join(", ")}`,
    });
  });

  test("without a command it prints its help", async () => {
    const { code, stdout } = await lazarusPit();
    expect({ code, stdout }).toEqual({ code: 0, stdout: (await lazarusPit("--help")).stdout });
  });

  test.each([
    [["--init-cell"], "Missing value for --init-cell"],
    [["--init-cell="], "Missing value for --init-cell"],
    [["--frob"], 'Unknown flag: "--frob"'],
  ])("refuses %p with 64, and makes nothing", async (args, message) => {
    const env = { LAZARUS_PIT_ROOT: root };
    expect(await refused(form, "lazarus-pit", args, { env })).toMatchObject({ code: 64, message });
    expect(readdirSync(root)).toEqual([]);
  });

  test("refuses --init-cell with an invalid id, with init-cell's own message", async () => {
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

  test("named differently is lazarus-pit", async () => {
    const link = join(here, "pit");
    symlinkSync(executable, link);
    expect(await run([link, "scan", "--root", root])).toMatchObject({ code: 0 });
    expect(refusalOf("lazarus-pit", await run([link, "frob"]))).toMatchObject({ code: 64 });
  });

  test("runs as a copy without anything else of the project", async () => {
    const copy = join(here, "copy");
    copyFileSync(executable, copy);
    expect(await run([copy, "scan", "--root", root], { cwd: here })).toMatchObject({ code: 0 });
  });
});
