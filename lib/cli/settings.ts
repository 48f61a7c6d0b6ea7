/**
 * The settings in force: flags, environment, file and defaults, validated together.
 *
 * @module
 */
import * as v from "valibot";
import { describeIssue } from "../contract/parse.ts";
import { quoted, withoutPasswords } from "../base/printable.ts";
import {
  chooseSetting,
  flagOf,
  type ChosenSetting,
  type SettingSource,
  variableOf,
} from "./choose-setting.ts";
import { parseUntrusted } from "../base/untrusted-json.ts";
import { OperatorError } from "../base/errors.ts";
import { isJson, isNumeric, isPlainPath, isWordList } from "../contract/setting-kinds.ts";
import { DEFAULTS, SETTING_NAMES, type SettingName } from "../contract/setting-rows.ts";
import type { Settings } from "../contract/settings.ts";
import { fleetContradiction } from "../contract/fleet-contradiction.ts";
import { configFile, correctHint, readConfig } from "./config-file.ts";
import { withDeclarationTime } from "./declaration-time.ts";
import type { FlagValues } from "./flag-values.ts";

/** The bundlers' own `require`: unlike `import()`, it is synchronous. */
declare const require: (
  path: "../contract/settings.ts",
) => typeof import("../contract/settings.ts");
/** Loaded when a value needs it: building all schemas takes longer than most commands run. */
const schemaOf = (name: SettingName) => require("../contract/settings.ts").Settings.entries[name];

const FIRST_ISSUE = { abortEarly: true, abortPipeEarly: true } as const;

/** A setting with its value and where that comes from. */
export interface Setting {
  readonly name: SettingName;
  readonly value: unknown;
  readonly source: string;
}

/** The settings from outside the command line. */
export interface ExternalSettings {
  readonly environment: Readonly<Record<string, unknown>>;
  readonly file: FlagValues;
}

/**
 * The settings in force. `flags` may contain any setting by its flag's name, and `config`.
 *
 * @throws {OperatorError} if a value, or the configuration file, is invalid.
 */
export const loadSettings = (flags: FlagValues, outside?: ExternalSettings): Settings =>
  withDeclarationTime(validate(chooseSettings(flags, outside)), configFile(flags));

/** The setting variables with a valid value. */
export const validVariables = (
  environment: ExternalSettings["environment"],
): ExternalSettings["environment"] =>
  Object.fromEntries(
    SETTING_NAMES.map((name) => [name, variableOf(name)] as const)
      .filter(([name, variable]) =>
        v.is(schemaOf(name), coerce(name, environment[variable], "environment")),
      )
      .map(([, variable]) => [variable, environment[variable]]),
  );

/** Every setting in force with its source. */
export function explainSettings(flags: FlagValues): Setting[] {
  const given = chooseSettings(flags);
  const settings = validate(given);
  const file = configFile(flags);
  return [...given].map(([name, { source }]) => ({
    name,
    value: settings[name],
    source: describeSource(name, source, file),
  }));
}

function chooseSettings(
  flags: FlagValues,
  outside: ExternalSettings = readExternalSettings(flags),
): Map<SettingName, ChosenSetting> {
  const sources = { flag: flags, ...outside, default: DEFAULTS };
  const chosen = SETTING_NAMES.map((name) => [name, chooseSetting(name, sources)] as const);
  return new Map(
    chosen.filter((each): each is [SettingName, ChosenSetting] => each[1] !== undefined),
  );
}

function readExternalSettings(flags: FlagValues): ExternalSettings {
  const file = configFile(flags);
  return { environment: process.env, file: file === undefined ? {} : readConfig(file) };
}

/** A default needs no check, which most commands would spend most of their start on. */
function validate(given: ReadonlyMap<SettingName, ChosenSetting>): Settings {
  const values = [...given].map(([name, chosen]) => [
    name,
    chosen.source === "default" ? chosen.value : checkedValue(name, chosen),
  ]);
  const settings = Object.fromEntries(values) as Settings;
  const contradiction = contradictionIn(settings);
  if (contradiction === undefined) return settings;
  throw new OperatorError("config", contradiction, correctHint("one of them"));
}

/** Why the settings cannot be used together, though each is valid; undefined if they can. */
function contradictionIn(settings: Settings): string | undefined {
  const {
    min_stale_after_seconds: min,
    stale_after_seconds: usual,
    max_stale_after_seconds: max,
  } = settings;
  if (min > usual || usual > max)
    return `Age limits are out of order: min_stale_after_seconds ${min}, stale_after_seconds ${usual}, max_stale_after_seconds ${max}`;
  const fleet = fleetContradiction(settings);
  return fleet === undefined ? undefined : `Cannot use the settings of the fleet: ${fleet}`;
}

function checkedValue(name: SettingName, { value, source }: ChosenSetting): unknown {
  const given = coerce(name, value, source);
  if (isPlainPath(name, given)) return given;
  const parsed = v.safeParse(schemaOf(name), given, FIRST_ISSUE);
  if (parsed.success) return parsed.output;
  const shown = quoted(withoutPasswords(typeof value === "string" ? value : JSON.stringify(value)));
  const spelled = describeSource(name, source, name);
  const message = `Cannot use ${shown} for ${spelled}: ${describeIssue(parsed.issues[0])}`;
  throw new OperatorError(source === "flag" ? "usage" : "config", message, correctHint(spelled));
}

/** Parses the text of a flag or variable by the type of its setting. */
function coerce(name: SettingName, value: unknown, source: SettingSource): unknown {
  if (source === "file" || source === "default") return value;
  if (isNumeric(name)) return /^\d{1,10}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (isWordList(name)) return String(value).split(",");
  return isJson(name) ? parseJson(String(value)) : value;
}

/** The value of JSON; any other text unchanged, for the schema to reject. */
function parseJson(text: string): unknown {
  const json = parseUntrusted(text);
  return json.outcome === "read" ? json.value : text;
}

const describeSource = (
  name: SettingName,
  source: SettingSource,
  file: string | undefined,
): string =>
  ({
    flag: `--${flagOf(name)}`,
    environment: variableOf(name),
    file: file ?? "",
    default: "default",
  })[source];
