/**
 * A tool's arguments and flags in groups, for its help, its man page and completions.
 *
 * @module
 */
import type { ArgsDef } from "citty";
import { SETTING_NAMES, SETTING_ROWS, type SettingName } from "../contract/setting-rows.ts";
import { DEFAULT_CONFIG } from "./config-file.ts";
import { flagOf, variableOf } from "./choose-setting.ts";
import type { HelpContent } from "./help-content.ts";

/** A flag or an argument: how it is written, and what it does. */
export interface DescribedFlag {
  /** Without dashes. */
  readonly name: string;
  /** As typed: `--status=<list>`, or `UUID` for an argument. */
  readonly usage: string;
  readonly description: string;
  readonly takesValue: boolean;
}

/** Flags under a heading. */
export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly DescribedFlag[];
}

const OPTIONS = "OPTIONS";
const SETTINGS = "SETTINGS";

/** The arguments, the flags by the tool's groups, the others, and the settings; none is empty. */
export function flagGroups({ args, groups = {}, optionalValues = {} }: HelpContent): FlagGroup[] {
  const titles = ["ARGUMENTS", ...Object.keys(groups), OPTIONS, SETTINGS];
  const flags = Object.entries(args).map(([name, definition]) => ({
    title: titleOf(name, definition, groups),
    flag: describe(name, definition, Object.hasOwn(optionalValues, name)),
  }));
  return titles
    .map((title) => ({
      title,
      flags: flags.filter((each) => each.title === title).map(({ flag }) => flag),
    }))
    .filter((group) => group.flags.length > 0);
}

type Definition = ArgsDef[string];

function titleOf(
  name: string,
  { type }: Definition,
  groups: Readonly<Record<string, readonly string[]>>,
): string {
  if (type === "positional") return "ARGUMENTS";
  const own = Object.keys(groups).find((title) => groups[title]?.includes(name));
  return own ?? (isConfig(name) || settingOf(name) !== undefined ? SETTINGS : OPTIONS);
}

const isConfig = (name: string): boolean => name === "config";
const settingOf = (flag: string): SettingName | undefined =>
  SETTING_NAMES.find((name) => flagOf(name) === flag);

function describe(name: string, definition: Definition, isOptional: boolean): DescribedFlag {
  const { type, description = "" } = definition;
  if (type === "positional")
    return { name, usage: name.toUpperCase(), description, takesValue: false };
  const hint = "valueHint" in definition ? definition.valueHint : undefined;
  const value = hint === undefined ? "" : isOptional ? `[=<${hint}>]` : `=<${hint}>`;
  return {
    name,
    usage: `--${name}${value}`,
    description: `${description}${sourcesText(name, definition)}`,
    takesValue: type === "string",
  };
}

/** The default and the variable of a setting's flag; a command's own flag of that name has neither. */
function sourcesText(name: string, { type }: Definition): string {
  if (isConfig(name)) return ` (default: $LAZARUS_PIT_CONFIG, or ${DEFAULT_CONFIG})`;
  const setting = type === "string" ? settingOf(name) : undefined;
  if (setting === undefined) return "";
  const value = SETTING_ROWS[setting].default;
  const isShown = typeof value === "string" || typeof value === "number";
  return ` (${isShown ? `default ${value}; ` : ""}$${variableOf(setting)})`;
}
