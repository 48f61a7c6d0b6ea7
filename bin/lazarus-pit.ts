#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * lazarus-pit: the whole toolkit in one program.
 *
 * `lazarus-pit scan …` runs scan, and so does the executable through a link named
 * `scan`. The flags `--init-cell <uuid>` and `--write-heartbeat` also select a command.
 *
 * @module
 */
import { initCellArguments } from "../lib/cli/init-cell-flag.ts";
import { cannotUse } from "../lib/cli/usage-error.ts";
import { runTool, type Tool, defineTool } from "../lib/cli/tool.ts";
import { quoted } from "../lib/base/printable.ts";

const COMMANDS = {
  "init-cell": {
    summary: "Create mission cells",
    hasLink: true,
    load: async () => (await import("./init-cell.ts")).initCell,
  },
  mission: {
    summary: "Show a mission, or change its status",
    hasLink: true,
    load: async () => (await import("./mission.ts")).mission,
  },
  scan: {
    summary: "Show the health of every cell",
    hasLink: true,
    load: async () => (await import("./scan.ts")).scan,
  },
  heartbeat: {
    summary: "Write one heartbeat",
    hasLink: true,
    load: async () => (await import("./heartbeat.ts")).heartbeat,
  },
  "serve-health": {
    summary: "Serve the health of every cell over HTTP",
    hasLink: true,
    load: async () => (await import("./serve-health.ts")).serveHealthTool,
  },
  supervise: {
    summary: "Watch all cells, and bring dead missions back",
    hasLink: true,
    load: async () => (await import("./supervise.ts")).superviseTool,
  },
  "accept-proposals": {
    summary: "Create the cells of accepted proposals",
    hasLink: true,
    load: async () => (await import("./accept-proposals.ts")).acceptProposals,
  },
  jobs: {
    summary: "Show the cron jobs, pause a job, or retire one",
    load: async () => (await import("../lib/jobs/commands/jobs.ts")).jobsTool,
  },
  notify: {
    summary: "Show which notifications wait, or test their receivers",
    load: async () =>
      (await import("../lib/supervise/commands/notify.ts")).notifyTool(() => new Date()),
  },
  fleet: {
    summary: "Show the hosts of a fleet, or give them orders",
    load: async () => (await import("../lib/fleet/commands/fleet.ts")).fleetTool,
  },
  token: {
    summary: "Print the token of one cell for beats over HTTP",
    load: async () => (await import("../lib/http/token.ts")).token,
  },
  doctor: {
    summary: "Check this host, and say what to do",
    load: async () => (await import("../lib/doctor/doctor.ts")).doctorTool,
  },
  files: {
    summary: "List, print or write units and samples",
    load: async () => (await import("../lib/cli/show-files.ts")).showFiles,
  },
  docs: {
    summary: "Print a document, or the list of topics",
    load: async () => (await import("../lib/cli/show-docs.ts")).showDocs,
  },
  config: {
    summary: "Show every setting and where it comes from",
    load: async () => (await import("../lib/cli/show-config.ts")).showConfig,
  },
  completion: {
    summary: "Print completions for bash, zsh or fish",
    load: async (): Promise<Tool> =>
      (await import("../lib/completion/completion.ts")).completionTool(lazarusPit, COMMANDS),
  },
  man: {
    summary: "Print a manual page, or write all of them",
    load: async (): Promise<Tool> =>
      (await import("../lib/manual/manual.ts")).manualTool(lazarusPit, COMMANDS),
  },
} as const;
type Command = keyof typeof COMMANDS;

const lazarusPit = defineTool({
  name: "lazarus-pit",
  summary: "Create and watch the mission cells of autonomous agents",
  // So that an unknown command is refused by name, and not as an extra argument.
  allowsExtra: true,
  commands: Object.fromEntries(
    Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary]),
  ),
  args: {
    "init-cell": { type: "string", valueHint: "uuid", description: "Same as: init-cell <uuid>" },
    "write-heartbeat": { type: "boolean", description: "Same as: scan --write-heartbeat" },
    json: { type: "boolean", description: "With either flag above: print JSON" },
    version: { type: "boolean", description: "Print the version; also -V, or: version" },
  },
  notes: `
Through a link with the name of a command, it runs that command:
  $ ln -s lazarus-pit scan

Exit codes: those of the command; 64 for an unknown command. For the flags of
one: lazarus-pit help scan

Examples:
  $ lazarus-pit scan --json
  $ lazarus-pit --init-cell 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --json
  $ lazarus-pit --write-heartbeat --json`,
  async run({ positionals: [word = ""] }) {
    const { commandHint } = await import("../lib/cli/unknown-command.ts");
    throw cannotUse(`${quoted(word)} as a command`, commandHint(word, Object.keys(COMMANDS)));
  },
});

const isCommand = (text: string | undefined): text is Command =>
  text !== undefined && Object.hasOwn(COMMANDS, text);

/** The command and its arguments, by the executable's name, the first argument, or a flag. */
async function chooseCommand(
  calledAs: string,
  argv: readonly string[],
): Promise<[Tool, readonly string[]]> {
  const name = calledAs.split("/").at(-1);
  if (isCommand(name)) return [await COMMANDS[name].load(), argv];
  const [first, second, ...others] = argv;
  const rest = argv.slice(1);
  if (first === undefined) return [lazarusPit, ["--help"]];
  if (first === "version") return [lazarusPit, ["--version", ...rest]];
  if (first === "help" && isCommand(second))
    return [await COMMANDS[second].load(), ["help", ...others]];
  if (first === "help") return [lazarusPit, second === undefined ? ["--help"] : [second]];
  if (isCommand(first)) return [await COMMANDS[first].load(), rest];
  const initArgv = initCellArguments(argv);
  if (initArgv !== undefined) return [await COMMANDS["init-cell"].load(), initArgv];
  if (argv.includes("--write-heartbeat")) return [await COMMANDS.scan.load(), argv];
  return [lazarusPit, argv];
}

// A worker of any command runs this file too.
if (!Bun.isMainThread) {
  const hasHelped = (await import("../lib/scan/scan-helper.ts")).helpWithScan();
  if (!hasHelped) (await import("../lib/http/server/worker-tasks.ts")).runAsWorker();
} else if (import.meta.main)
  await runTool(...(await chooseCommand(process.argv0, process.argv.slice(2))));
