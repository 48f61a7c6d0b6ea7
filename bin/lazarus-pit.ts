#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * lazarus-pit: the whole toolkit in one program.
 *
 * `lazarus-pit scan …` runs scan, and so does a link named `scan` that leads to the
 * executable. The two calls `--init-cell <uuid>` and `--write-heartbeat` are taken as well.
 *
 * @module
 */
import { refusal } from "../lib/edges/command/flags.ts";
import { runTool, type Tool } from "../lib/edges/command/tool.ts";
import { quoted } from "../lib/rules/printable.ts";

const COMMANDS = {
  "init-cell": {
    summary: "Make mission cells",
    load: async () => (await import("./init-cell.ts")).initCell,
  },
  mission: {
    summary: "Show a mission, or take it one step on",
    load: async () => (await import("./mission.ts")).mission,
  },
  scan: {
    summary: "Show the health of every cell",
    load: async () => (await import("./scan.ts")).scan,
  },
  heartbeat: {
    summary: "Write one heartbeat",
    load: async () => (await import("./heartbeat.ts")).heartbeat,
  },
  "serve-health": {
    summary: "Serve the health of every cell over HTTP",
    load: async () => (await import("./serve-health.ts")).serveHealthTool,
  },
  supervise: {
    summary: "Watch all cells, and bring dead missions back",
    load: async () => (await import("./supervise.ts")).superviseTool,
  },
  "accept-proposals": {
    summary: "Make the cells of accepted proposals",
    load: async () => (await import("./accept-proposals.ts")).acceptProposals,
  },
  token: {
    summary: "Print the token of one cell for beats over HTTP",
    load: async () => (await import("../lib/edges/http/token.ts")).token,
  },
  config: {
    summary: "Show every setting and where it comes from",
    load: async () => (await import("../lib/edges/command/show-config.ts")).showConfig,
  },
} as const;
type Command = keyof typeof COMMANDS;

const lazarusPit: Tool = {
  name: "lazarus-pit",
  summary: "Make and watch the mission cells of autonomous agents",
  // A word that is no command is refused by name, not as one argument too many.
  manyArguments: true,
  commands: Object.fromEntries(
    Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary]),
  ),
  args: {
    "init-cell": { type: "string", valueHint: "uuid", description: "Same as: init-cell <uuid>" },
    "write-heartbeat": { type: "boolean", description: "Same as: scan --write-heartbeat" },
    json: { type: "boolean", description: "With these two: print JSON" },
    version: { type: "boolean", description: "Print the version" },
  },
  notes: `
A link named like a command runs that command: ln -s lazarus-pit scan

Exit codes: those of the command, see its --help; 64 when there is no such one.

Examples:
  $ lazarus-pit scan --json
  $ lazarus-pit --init-cell 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --json
  $ lazarus-pit --write-heartbeat --json`,
  run({ words: [word] }) {
    throw refusal(
      word === undefined ? "a call without a command" : `${quoted(word)} as a command`,
      `the commands are: ${Object.keys(COMMANDS).join(", ")}`,
    );
  },
};

const isCommand = (word: string | undefined): word is Command =>
  word !== undefined && Object.hasOwn(COMMANDS, word);

/** The command meant, and its arguments: by the name called, the first word, or a flag. */
async function choose(
  calledAs: string,
  argv: readonly string[],
): Promise<[Tool, readonly string[]]> {
  const name = calledAs.split("/").at(-1);
  if (isCommand(name)) return [await COMMANDS[name].load(), argv];
  const [first, ...rest] = argv;
  if (isCommand(first)) return [await COMMANDS[first].load(), rest];
  const initArgv = asInitCell(argv);
  if (initArgv !== undefined) return [await COMMANDS["init-cell"].load(), initArgv];
  if (argv.includes("--write-heartbeat")) return [await COMMANDS.scan.load(), argv];
  return [lazarusPit, argv];
}

/** The arguments of init-cell for a call with `--init-cell <uuid>`; undefined for any other. */
function asInitCell(argv: readonly string[]): string[] | undefined {
  const at = argv.findIndex((word) => word === "--init-cell" || word.startsWith("--init-cell="));
  const [flag = "", next = ""] = at < 0 ? [] : argv.slice(at);
  const [id, used] = flag.includes("=") ? [flag.slice(flag.indexOf("=") + 1), 1] : [next, 2];
  if (id === "" || id.startsWith("-")) return undefined;
  return [...argv.slice(0, at), id, ...argv.slice(at + used)];
}

if (!Bun.isMainThread) (await import("../lib/edges/http/thread.ts")).serveTasks();
else if (import.meta.main) await runTool(...(await choose(process.argv0, process.argv.slice(2))));
