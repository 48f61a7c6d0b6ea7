#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * init-cell: make mission cells, whole or not at all.
 *
 * The same call can be run again, and beside itself: what is there already stays as it is.
 *
 * @module
 */
import { openRoot } from "../lib/edges/host/directory.ts";
import { settingFlags } from "../lib/edges/command/setting-flags.ts";
import { readMissionId } from "../lib/edges/cell/here.ts";
import { initCells, printOutcomes } from "../lib/edges/cell/initialize.ts";
import { readPlan } from "../lib/edges/command/plan.ts";
import { loadSettings } from "../lib/edges/command/settings.ts";
import { runTool, type Tool } from "../lib/edges/command/tool.ts";

export const initCell: Tool = {
  name: "init-cell",
  summary: "Make mission cells under a root, whole or not at all",
  manyArguments: true,
  repeatable: "label",
  args: {
    "uuid...": {
      type: "positional",
      required: false,
      description: "Their ids; without one, a new id",
    },
    title: { type: "string", valueHint: "text", description: "What the mission is called" },
    objective: { type: "string", valueHint: "text", description: "What it is to reach" },
    owner: { type: "string", valueHint: "text", description: "Who answers for it" },
    label: { type: "string", valueHint: "k=v", description: "A label; may be repeated" },
    source: { type: "string", valueHint: "url", description: "Where it came from" },
    status: { type: "string", valueHint: "word", description: "First status; else initialized" },
    repo: { type: "string", valueHint: "url|path", description: "Clone it into worktree/" },
    ref: { type: "string", valueHint: "name", description: "Its branch, tag or commit" },
    user: { type: "string", valueHint: "name", description: "Give a new cell to this user" },
    group: { type: "string", valueHint: "name", description: "Let this group observe it" },
    repair: { type: "boolean", description: "Add what an existing cell lacks" },
    "dry-run": { type: "boolean", description: "Say what would be done, do nothing" },
    json: { type: "boolean", description: "Print the outcome as JSON" },
    ...settingFlags("root"),
  },
  notes: `
Prints the id of each cell on stdout, and what was done on stderr.

Exit codes:
  0   every cell is there and complete, made now or before
  64  wrong use              65  a cell is there, but incomplete
  66  no such root           69  git is missing, or the clone failed
  73  cannot create          77  no permission      78  wrong configuration

Examples:
  $ id=$(init-cell --title "Fix the flaky tests")
  $ init-cell --repo https://git.example.org/team/app.git --ref main
  $ init-cell 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --repair`,

  async run({ flags, words }) {
    const ids = words.length > 0 ? [...new Set(words.map(readMissionId))] : [Bun.randomUUIDv7()];
    const now = new Date();
    const plan = readPlan(flags, now);
    const root = openRoot(loadSettings(flags)["root"]);
    const outcomes = await initCells(root, ids, plan, {
      repair: flags["repair"] === true,
      dryRun: flags["dry-run"] === true,
    });
    return printOutcomes(root, outcomes, flags["json"] === true);
  },
};

if (import.meta.main) await runTool(initCell);
