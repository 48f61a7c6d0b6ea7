/**
 * The manual pages: one for each command, for the cell, and for the configuration.
 *
 * @module
 */
import cell from "../docs/cell.md" with { type: "text" };
import { variableOf } from "../cli/choose-setting.ts";
import { DEFAULT_CONFIG } from "../cli/config-file.ts";
import { flagGroups } from "../cli/describe-tool.ts";
import { usageLine } from "../cli/help.ts";
import type { HelpContent } from "../cli/help-content.ts";
import { SETTING_NAMES, SETTING_ROWS } from "../contract/setting-rows.ts";
import { roffOfMarkdown } from "./markdown-roff.ts";
import { sectionLine, termLines, textLines, titleLines, verbatimLines } from "./roff.ts";

/** A page: the name of its file, such as `lazarus-pit-scan.1`, and its roff. */
export interface ManualPage {
  readonly file: string;
  readonly roff: string;
}

/** The pages of these commands, and those about files; `date` is a date such as `2026-01-31`. */
export const manualPages = (tools: readonly HelpContent[], date: string): ManualPage[] => [
  ...tools.map((tool) => page(pageName(tool), 1, tool.summary, date, commandLines(tool))),
  page("lazarus-pit-cell", 5, "the directory of a mission", date, roffOfMarkdown(cell)),
  page("lazarus_pit.json", 5, "the configuration of lazarus-pit", date, configLines()),
];

/** `lazarus-pit-heartbeat-run` for `heartbeat run`. */
const pageName = ({ name }: HelpContent): string =>
  `lazarus-pit ${name.replace(/^lazarus-pit ?/, "")}`.trim().replaceAll(" ", "-");

function page(
  ...[name, section, summary, date, body]: [string, 1 | 5, string, string, string[]]
): ManualPage {
  const lines = [
    ...titleLines(name, section, date),
    sectionLine("name"),
    ...textLines(`${name} - ${summary}`),
    ...body,
  ];
  return { file: `${name}.${section}`, roff: `${lines.join("\n")}\n` };
}

const commandLines = (tool: HelpContent): string[] => [
  sectionLine("synopsis"),
  ...verbatimLines(usageLine(tool)),
  ...groupLines("commands", Object.entries(tool.commands ?? {})),
  ...flagGroups(tool).flatMap(({ title, flags }) =>
    groupLines(
      title,
      flags.map(({ usage, description }) => [usage, description]),
    ),
  ),
  sectionLine("notes"),
  ...verbatimLines(tool.notes.trim()),
];

const groupLines = (title: string, rows: readonly (readonly [string, string])[]): string[] =>
  rows.length === 0
    ? []
    : [sectionLine(title), ...rows.flatMap(([term, text]) => termLines(term, text))];

const configLines = (): string[] => [
  sectionLine("description"),
  ...textLines(
    `A JSON object: --config, else LAZARUS_PIT_CONFIG, else ${DEFAULT_CONFIG}. Flags override variables, which override this file.`,
  ),
  ...groupLines(
    "settings",
    SETTING_NAMES.map((name) => {
      const { description, default: value } = SETTING_ROWS[name];
      const shown = value === undefined ? "" : `; default ${JSON.stringify(value)}`;
      return [name, `${description} ($${variableOf(name)}${shown})`];
    }),
  ),
];
