/**
 * `lazarus-pit config`: every setting and its source, and the system calls that read cells.
 *
 * @module
 */
import { printable, printableJson } from "../base/printable.ts";
import { EXIT } from "../base/errors.ts";
import { SETTING_NAMES } from "../contract/setting-rows.ts";
import { printText } from "../host/stdio/stdio.ts";
import { alignColumns } from "./columns.ts";
import { settingFlags } from "./setting-flags.ts";
import { explainPlan } from "../host/syscalls/plan.ts";
import { explainSettings } from "./settings.ts";
import { defineTool } from "./tool.ts";

export const showConfig = defineTool({
  name: "lazarus-pit config",
  summary: "Show every setting, its value and where it comes from",
  args: {
    json: { type: "boolean", description: "Print them as JSON" },
    ...settingFlags(...SETTING_NAMES),
  },
  notes: `
Flags override the environment (LAZARUS_PIT_ROOT and so on), which overrides
the file (--config, else LAZARUS_PIT_CONFIG, else
/etc/lazarus-pit/lazarus_pit.json), which overrides the defaults. The last row,
"syscalls", cannot be set: it is how cells are read on this host.

Exit codes:
  0   shown             64  usage error
  74  not printed       78  wrong configuration

Examples:
  $ lazarus-pit config
  $ LAZARUS_PIT_ROOT=/srv/missions lazarus-pit config --json`,
  run({ flags }) {
    const rows = [...explainSettings(flags), syscallsRow()];
    printText(flags["json"] === true ? `${printableJson(rows, 2)}\n` : rowsText(rows));
    return EXIT.ok;
  },
});

/** What is shown of a setting, or of something else that is in force. */
interface ConfigRow {
  readonly name: string;
  readonly value: unknown;
  readonly source: string;
}

/** The system calls are chosen by the program, and cannot be set. */
function syscallsRow(): ConfigRow {
  const { plan, why } = explainPlan();
  return { name: "syscalls", value: plan, source: why };
}

/** Formats rows for people: name, value and source in columns. */
function rowsText(rows: readonly ConfigRow[]): string {
  const cells = rows.map(({ name, value, source }) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
    source,
  ]);
  return alignColumns(cells)
    .map((line) => `${printable(line)}\n`)
    .join("");
}
