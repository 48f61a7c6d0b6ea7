/**
 * `heartbeat hook`: what an agent CLI calls at each step of its session.
 *
 * @module
 */
import { EXIT } from "../../schemas/errors.ts";
import { openRoot } from "../host/directory.ts";
import { takeEvent } from "../run/hook.ts";
import { readEvent } from "../run/hook-input.ts";
import { readDuration } from "./amounts.ts";
import { textFlag } from "./flags.ts";
import { settingFlags } from "./setting-flags.ts";
import { loadSettings } from "./settings.ts";
import type { Tool } from "./tool.ts";

const EVERY = "10s";

export const hook: Tool = {
  name: "heartbeat hook",
  summary: "Beat for an event of an agent's session, which comes on stdin",
  args: {
    every: { type: "string", valueHint: "time", description: "At most one beat in this time; 10s" },
    ...settingFlags("root"),
  },
  notes: `
The cell is that of MISSION_ID, else the one in which the agent works. Before a
tool call the beat says working, with the tool and how long it may take; at a
stop idle, at the session's end exiting. A change of state is always told.
Nothing is printed, and nothing fails: an error goes to the cell's log.

Exit codes:
  0   always, but for
  64  wrong use

Examples:
  $ echo '{"hook_event_name": "Stop"}' | heartbeat hook
  In the settings of Claude Code: see config/agents/claude-code.json`,

  async run({ flags }) {
    const every = readDuration("every", textFlag(flags, "every") ?? EVERY);
    try {
      // Read first, for a caller may stumble over a stdin that nobody reads.
      const event = await readEvent();
      takeEvent(openRoot(loadSettings(flags).root), event, every);
    } catch {
      // There is no cell to tell it to, and an agent must not stumble over it.
    }
    return EXIT.ok;
  },
};
