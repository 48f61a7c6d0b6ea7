#!/usr/bin/env -S bun --no-env-file --config=/dev/null --no-install --tsconfig-override=/dev/null
/**
 * mission: show where a mission stands in its life, or take it one step on.
 *
 * @module
 */
import { openRoot } from "../lib/edges/host/directory.ts";
import { refusal, textFlag } from "../lib/edges/command/flags.ts";
import { settingFlags } from "../lib/edges/command/setting-flags.ts";
import { readMissionId } from "../lib/edges/cell/here.ts";
import { showMission, takeStep } from "../lib/edges/command/steps.ts";
import { loadSettings } from "../lib/edges/command/settings.ts";
import { runTool, type Tool } from "../lib/edges/command/tool.ts";

export const mission: Tool = {
  name: "mission",
  summary: "Show a mission, or take it one step on in its life",
  args: {
    uuid: { type: "positional", description: "The mission's id" },
    step: { type: "positional", required: false, description: "The step; without one, show it" },
    reason: { type: "string", valueHint: "text", description: "Why, for the cell's log" },
    json: { type: "boolean", description: "Print the mission as JSON" },
    ...settingFlags("root"),
  },
  notes: `
Steps:
  activate            initialized to active
  pause, resume       active to paused, and back
  complete, fail      active or paused to completed or failed, for good
  abandon             anything that has not ended to abandoned, for good

Exit codes:
  0   done, or the mission stands there already
  64  wrong use         65  the step is not allowed, or the cell is broken
  66  no such cell      75  another process is changing it: try again
  74  not written       77  no permission           78  wrong configuration

Examples:
  $ mission 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10
  $ mission 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 pause --reason "host is moved"`,

  run({ flags, words }) {
    const [uuid = "", step] = words;
    const id = readMissionId(uuid);
    const root = openRoot(loadSettings(flags).root);
    const reason = textFlag(flags, "reason");
    if (step !== undefined) takeStep(root, id, step, reason, new Date());
    else if (reason !== undefined)
      throw refusal("--reason without a step", "a reason goes with a change");
    return showMission(root, id, { isChange: step !== undefined, json: flags["json"] === true });
  },
};

if (import.meta.main) await runTool(mission);
