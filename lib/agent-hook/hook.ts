/**
 * `heartbeat hook`: an agent CLI calls it at each step of its session.
 *
 * @module
 */
import { EXIT } from "../base/errors.ts";
import { openRoot } from "../host/files/directory.ts";
import { handleHookEvent } from "./beat-for-event.ts";
import { readHookEvent } from "./hook-input.ts";
import { readDuration } from "../cli/value-flags.ts";
import { textFlag } from "../cli/flag-values.ts";
import { settingFlags } from "../cli/setting-flags.ts";
import { loadSettings } from "../cli/settings.ts";
import { withOwnRoot } from "../cell/own-root.ts";
import { defineTool } from "../cli/tool.ts";

const DEFAULT_EVERY = "10s";

export const hook = defineTool({
  name: "heartbeat hook",
  summary: "Beat for an event of an agent's session, read from stdin",
  args: {
    every: {
      type: "string",
      valueHint: "time",
      description: "Minimum time between equal beats; default 10s",
    },
    ...settingFlags("root"),
  },
  notes: `
The cell is that of MISSION_ID, else the one in which the agent works. During a
tool call the state is working, and the beat names the tool and how long it may
take; after a stop the state is idle, after the session's end exiting. A change
of state always writes a beat. The beats name the process of the agent CLI, so
that its death is noticed between two events. The hook prints nothing and never
fails: errors go to the cell's log.

Exit codes:
  0   always, except for
  64  usage error

Examples:
  $ echo '{"hook_event_name": "Stop"}' | heartbeat hook
  $ lazarus-pit files agents/claude-code.json     # the settings of Claude Code`,

  async run({ flags }) {
    const every = readDuration("every", textFlag(flags, "every") ?? DEFAULT_EVERY);
    try {
      // Read stdin first: writing to a pipe without a reader could make the agent fail.
      const event = await readHookEvent();
      const settings = withOwnRoot(loadSettings(flags), flags, event?.cwd);
      handleHookEvent(openRoot(settings.root), event, every);
    } catch {
      // The cell and its log are unknown, and the agent must not fail.
    }
    return EXIT.ok;
  },
});
