/** What may come next on a command line, and where that is defined. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { acceptProposals } from "../../bin/accept-proposals.ts";
import { heartbeat } from "../../bin/heartbeat.ts";
import { initCell } from "../../bin/init-cell.ts";
import { mission } from "../../bin/mission.ts";
import { scan } from "../../bin/scan.ts";
import { serveHealthTool } from "../../bin/serve-health.ts";
import { superviseTool } from "../../bin/supervise.ts";
import { showDocs } from "../../lib/cli/show-docs.ts";
import type { Tool } from "../../lib/cli/tool.ts";
import { completeLine } from "../../lib/completion/complete-line.ts";
import { completionTool } from "../../lib/completion/completion.ts";
import { WORD_SOURCES } from "../../lib/completion/word-sources.ts";
import { PROGRAMS } from "../../lib/dev/build.ts";
import { fleetTool } from "../../lib/fleet/commands/fleet.ts";
import { jobsTool } from "../../lib/jobs/commands/jobs.ts";
import { run as heartbeatRun } from "../../lib/run/run.ts";
import { notifyTool } from "../../lib/supervise/commands/notify.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { command, ONE_FORM, run, scratch } from "../tools/program.ts";

const here = scratch();
const root = join(here, "missions");
const beats = join(here, "beats");
const HEX = "0123456789abcdef".split("");
for (const n of [1, 2]) writeCell(root, idOf(n), { title: n === 1 ? "Fix the tests" : "  " });
mkdirSync(beats);
for (const job of ["backup", "-rf"]) writeFileSync(join(beats, `${job}.last`), "{}");

/** The tools by the first words of a call, as the executable has them. */
const TOOLS: Readonly<Record<string, Tool>> = {
  "init-cell": initCell,
  mission,
  scan,
  heartbeat,
  "serve-health": serveHealthTool,
  supervise: superviseTool,
  "accept-proposals": acceptProposals,
  jobs: jobsTool,
  notify: notifyTool(() => new Date()),
  fleet: fleetTool,
  docs: showDocs,
};
const COMMANDS = Object.fromEntries(
  Object.entries(TOOLS).map(([name, tool]) => [
    name,
    { summary: tool.summary, load: () => Promise.resolve(tool) },
  ]),
);
const PROGRAM = {
  name: "lazarus-pit",
  summary: "",
  args: {},
  notes: "",
  commands: Object.fromEntries(Object.keys(COMMANDS).map((name) => [name, ""])),
};

/** What may follow a line; `_` is an empty word at its end. */
async function after(line: string): Promise<string[]> {
  const words = line.replaceAll("ROOT", root).replaceAll("BEATS", beats).split(" ");
  const last = words.at(-1) === "_" ? "" : (words.at(-1) ?? "");
  const { kind, candidates } = await completeLine({ program: PROGRAM, commands: COMMANDS }, [
    ...words.slice(0, -1),
    last,
  ]);
  return kind === "words" ? candidates.map(({ word }) => word) : [kind];
}

test.each([
  ["lazarus-pit s", ["scan", "serve-health", "supervise"]],
  ["/usr/bin/lazarus-pit help sc", ["scan"]],
  ["lazarus-pit scan --no-", ["--no-header"]],
  ["scan --no-", ["--no-header"]],
  ["scan --wide --wi", []],
  ["scan --label a=b --lab", ["--label"]],
  ["scan --status st", ["stale", "stuck"]],
  ["scan --status=stale,st", ["--status=stale,stuck"]],
  ["scan --columns a", ["age", "attention", "attempts", "activity"]],
  ["scan --watch --wi", ["--wide"]],
  ["scan --root ROOT --explain _", [idOf(1), idOf(2)]],
  ["scan --root=ROOT 0B7E", [idOf(1), idOf(2)]],
  ["scan --root ROOT/none 0b7e", []],
  ["scan --min-cells _", []],
  ["scan --config _", ["files"]],
  ["scan --root=x", ["directories"]],
  ["mission --root ROOT pause _", [idOf(1), idOf(2)]],
  ["mission --root ROOT 0b7e p", ["pause"]],
  ["mission --root ROOT a", ["activate", "abandon", "acknowledge"]],
  ["supervise --root ROOT snooze 0b", [idOf(1), idOf(2)]],
  ["supervise --root ROOT hold 0b", []],
  ["supervise qu", ["quarantine"]],
  ["heartbeat r", ["run"]],
  ["heartbeat run --lock _", ["skip", "wait", "fail"]],
  ["heartbeat run --lock=w -- cp _", ["files"]],
  ["heartbeat --job j --status l", ["lost"]],
  ["heartbeat --heartbeat-dir BEATS --job _", ["backup"]],
  ["lazarus-pit jobs re", ["resume", "retire"]],
  ["lazarus-pit jobs --heartbeat-dir BEATS pause _", ["backup"]],
  ["lazarus-pit notify --format s", ["slack"]],
  ["lazarus-pit fleet f", ["forget"]],
  ["lazarus-pit docs su", ["supervise"]],
] as const)("%s is followed by %p", async (line, expected) => {
  expect(await after(line)).toEqual([...expected]);
});

test.each([
  "_",
  "lazarus-pit frob _",
  "lazarus-pit constructor _",
  "scan --constructor __proto__ _",
])("completing the wrong line %p causes no error", async (line) => {
  expect(await after(line)).toBeArray();
});

test("a cell is described by title and status, and without a title by its status", async () => {
  const line = ["mission", "--root", root, "0b"];
  const { candidates } = await completeLine({ program: PROGRAM, commands: COMMANDS }, line);
  expect(candidates.map(({ description }) => description)).toEqual([
    "Fix the tests, active",
    "active",
  ]);
});

test("of many cells it lists 100, which have the same common prefix as all of them", async () => {
  const many = join(here, "many");
  const ids = HEX.flatMap((a) => HEX.map((b) => `${a}${b}000000-6f6f-4c35-9d3e-000000000001`));
  for (const id of ids) mkdirSync(join(many, id), { recursive: true });
  const found = await after(`mission --root ${many} pause _`);
  expect(found).toHaveLength(100);
  expect([found[0], found.at(-1)]).toEqual([ids[0], ids.at(-1)]);
});

test("WORD_SOURCES names only flags and arguments that its commands have", async () => {
  const tools = [...Object.values(TOOLS), heartbeatRun, completionTool(PROGRAM, COMMANDS)];
  const known = tools.flatMap(({ name, args }) => Object.keys(args).map((arg) => `${name} ${arg}`));
  const named = Object.entries(WORD_SOURCES).flatMap(([name, args]) =>
    Object.keys(args).map((arg) => `${name} ${arg}`),
  );
  expect(named.filter((each) => !known.includes(each))).toEqual([]);
});

describe.each(ONE_FORM)("lazarus-pit completion (%s)", (form) => {
  const completion = (...args: string[]) =>
    run([...command(form, "lazarus-pit"), "completion", ...args]);

  test.each(["bash", "zsh", "fish"])("completes every program in %s", async (shell) => {
    const { code, stdout, stderr } = await completion(shell);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const others = PROGRAMS.filter((name) => name !== "lazarus-pit");
    expect(stdout).toContain(`lazarus-pit ${others.join(" ")}`);
    expect(stdout).not.toContain("@PROGRAMS@");
  });

  test("refuses a shell that it does not know", async () => {
    expect(await completion("zhs")).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("did you mean zsh?"),
    });
  });

  test("reports no error while a line is completed", async () => {
    const line = ["scan", "--config=/dev/null/none", "--root", "/dev/null/none", "0b"];
    expect(await completion("candidates", "--", ...line)).toEqual({
      code: 0,
      stdout: "words\n",
      stderr: "",
    });
  });
});
