#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * init-cell: create mission cells, complete or not at all.
 *
 * A call can be repeated, and run concurrently: existing cells stay as they are.
 *
 * @module
 */
import { openRoot } from "../lib/host/files/directory.ts";
import { settingFlags } from "../lib/cli/setting-flags.ts";
import { readMissionId } from "../lib/cell/mission-id.ts";
import { initCells } from "../lib/cell/create/init-cells.ts";
import { printOutcomes } from "../lib/cell/create/init-screen.ts";
import { readCellPlan } from "../lib/cell/create/init-flags.ts";
import { loadSettings } from "../lib/cli/settings.ts";
import { runTool, defineTool } from "../lib/cli/tool.ts";

export const initCell = defineTool({
  name: "init-cell",
  summary: "Create mission cells under a root, complete or not at all",
  allowsExtra: true,
  repeatable: "label",
  args: {
    "uuid...": {
      type: "positional",
      required: false,
      description: "Ids of the new cells; default: a new id",
    },
    title: { type: "string", valueHint: "text", description: "Title of the mission" },
    objective: { type: "string", valueHint: "text", description: "Goal of the mission" },
    owner: { type: "string", valueHint: "text", description: "The person responsible for it" },
    label: { type: "string", valueHint: "k=v", description: "A label; may be repeated" },
    source: {
      type: "string",
      valueHint: "url",
      description: "URL of its origin, such as an issue",
    },
    status: {
      type: "string",
      valueHint: "word",
      description: "Initial status; default: initialized",
    },
    repo: { type: "string", valueHint: "url|path", description: "Clone this into worktree/" },
    ref: { type: "string", valueHint: "name", description: "Branch, tag or commit of --repo" },
    user: { type: "string", valueHint: "name", description: "Give a new cell to this user" },
    group: { type: "string", valueHint: "name", description: "Group that may read the cell" },
    repair: { type: "boolean", description: "Add missing parts of existing cells" },
    "dry-run": { type: "boolean", description: "Show what would be done" },
    json: { type: "boolean", description: "Print the outcome as JSON" },
    ...settingFlags("root"),
  },
  notes: `
Prints the id of each cell on stdout, and a report on stderr.

Exit codes:
  0   every cell exists and is complete
  64  usage error            65  an existing cell is incomplete
  66  no such root           69  git is missing, or the clone failed
  73  cannot create          74  not written
  75  interrupted: try again
  77  no permission          78  wrong configuration

Examples:
  $ id=$(init-cell --title "Fix the flaky tests")
  $ init-cell --repo https://git.example.org/team/app.git --ref main
  $ init-cell 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --repair`,

  async run({ flags, positionals: words }) {
    const ids = words.length > 0 ? [...new Set(words.map(readMissionId))] : [Bun.randomUUIDv7()];
    const now = new Date();
    const plan = readCellPlan(flags, now);
    const root = openRoot(loadSettings(flags)["root"]);
    const outcomes = await initCells(root, ids, plan, {
      repair: flags["repair"] === true,
      dryRun: flags["dry-run"] === true,
      checksOrigin: true,
    });
    return printOutcomes(root, outcomes, flags["json"] === true);
  },
});

if (import.meta.main) await runTool(initCell);
