/**
 * `lazarus-pit config`: what is set, and by what.
 *
 * @module
 */
import { printableJson } from "../../rules/printable.ts";
import { EXIT } from "../../schemas/errors.ts";
import { SETTING_NAMES } from "../../schemas/settings.ts";
import { printText } from "../host/stdout.ts";
import { settingFlags } from "./setting-flags.ts";
import { explainSettings, settingsText } from "./settings.ts";
import type { Tool } from "./tool.ts";

export const showConfig: Tool = {
  name: "config",
  summary: "Show every setting, its value and where it comes from",
  args: {
    json: { type: "boolean", description: "Print them as JSON" },
    ...settingFlags(...SETTING_NAMES),
  },
  notes: `
A flag beats the environment (LAZARUS_PIT_ROOT and so on), that beats the file
(--config, else LAZARUS_PIT_CONFIG, else /etc/lazarus-pit/lazarus_pit.json),
and that beats the default.

Exit codes:
  0   shown             64  wrong use             78  wrong configuration

Examples:
  $ lazarus-pit config
  $ LAZARUS_PIT_ROOT=/srv/missions lazarus-pit config --json`,
  run({ flags }) {
    const settings = explainSettings(flags);
    printText(flags["json"] === true ? `${printableJson(settings, 2)}\n` : settingsText(settings));
    return EXIT.ok;
  },
};
