#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * mission: show a mission, or change its status.
 *
 * @module
 */
import { openRoot } from "../lib/host/files/directory.ts";
import { textFlag } from "../lib/cli/flag-values.ts";
import { cannotUse } from "../lib/cli/usage-error.ts";
import { settingFlags } from "../lib/cli/setting-flags.ts";
import { isMissionAround, resolveMissionId } from "../lib/cell/mission-id.ts";
import { readMissionWords } from "../lib/cell/mission/mission-words.ts";
import { changeMission, showMission } from "../lib/cell/mission/mission-screen.ts";
import { loadCellSettings } from "../lib/cell/own-root.ts";
import { runTool, defineTool } from "../lib/cli/tool.ts";

export const mission = defineTool({
  name: "mission",
  summary: "Show a mission, or change its status",
  args: {
    uuid: {
      type: "positional",
      required: false,
      description: "Id, its end, or title; default: the current cell",
    },
    step: {
      type: "positional",
      required: false,
      description: "A step from the list below; default: show it",
    },
    reason: { type: "string", valueHint: "text", description: "Why, for the cell's log" },
    json: { type: "boolean", description: "Print the mission as JSON" },
    ...settingFlags("root"),
  },
  notes: `
Without arguments it shows the mission of the current cell, elsewhere the list
of all. An id may be cut to its first or last digits, at least 4, where these
name one cell; to show a mission, its title names it too.

Steps:
  activate            initialized to active
  pause, resume       active to paused, and back
  complete, fail      active or paused to completed or failed, for good
  abandon             initialized, active or paused to abandoned, for good
  acknowledge         scans stop reporting its failure, or its lost clone

Exit codes:
  0   done, or nothing to do
  64  usage error       65  the step is not allowed, or the cell is broken
  66  no such cell      69  flock is missing, or cannot lock
  74  not written       75  another process is changing it: try again
  77  no permission     78  wrong configuration

Examples:
  $ mission
  $ mission 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10
  $ mission pause 5b0f7a10 --reason "host moves"`,

  async run({ flags, positionals: words }) {
    const { mission: name, step } = readMissionWords(words);
    const reason = textFlag(flags, "reason");
    const root = openRoot(loadCellSettings(flags).root);
    const json = flags["json"] === true;
    if (name === undefined && step === undefined && reason === undefined && !isMissionAround(root))
      return (await import("../lib/cell/mission/list-missions.ts")).listMissions(root, json);
    const id = await resolveMissionId(name, root, step === undefined ? "read" : "act");
    const cell = { root, id };
    if (step !== undefined) changeMission(cell, { step, reason, now: new Date() });
    else if (reason !== undefined)
      throw cannotUse("--reason without a step", "a reason is for a change");
    return showMission(cell, { isChange: step !== undefined, json });
  },
});

if (import.meta.main) await runTool(mission);
