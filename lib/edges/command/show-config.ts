/**
 * `lazarus-pit config`: what is set, and by what.
 *
 * @module
 */
import { printable, printableJson } from "../../rules/printable.ts";
import { EXIT } from "../../schemas/errors.ts";
import { SETTING_NAMES } from "../../schemas/settings.ts";
import { printText } from "../host/stdout.ts";
import { linesOf } from "./columns.ts";
import { settingFlags } from "./setting-flags.ts";
import { explainSettings, type Setting } from "./settings.ts";
import type { Tool } from "./tool.ts";

export const showConfig: Tool = {
  name: "lazarus-pit config",
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

/** Settings for a person: name, value and source in columns. */
function settingsText(settings: readonly Setting[]): string {
  const rows = settings.map(({ name, value, source }) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
    source,
  ]);
  return linesOf(rows)
    .map((line) => `${printable(line)}\n`)
    .join("");
}
