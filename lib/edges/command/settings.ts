/**
 * The settings of this run: flags, environment, file and defaults, checked as one.
 *
 * @module
 */
import * as v from "valibot";
import defaults from "../../../config/lazarus_pit.json";
import { describeIssue } from "../../rules/parse.ts";
import { quoted, withoutPasswords } from "../../rules/printable.ts";
import {
  chooseSetting,
  flagOf,
  type Given,
  type Origin,
  variableOf,
} from "../../rules/settings.ts";
import { OperatorError } from "../../schemas/errors.ts";
import {
  isJson,
  isNumeric,
  SETTING_NAMES,
  type SettingName,
  Settings,
} from "../../schemas/settings.ts";
import { configFile, HINT, readConfig } from "./config-file.ts";
import type { Args } from "./flags.ts";

/** A setting with its value and the place that gave it. */
export interface Setting {
  readonly name: SettingName;
  readonly value: unknown;
  readonly source: string;
}

/** What is set outside of the command line. */
export interface Outside {
  readonly environment: Readonly<Record<string, unknown>>;
  readonly file: Args;
}

/**
 * The settings in force. `flags` may hold any setting by its flag's name, and `config`.
 *
 * @throws {OperatorError} when a value, or the configuration file, is wrong.
 */
export const loadSettings = (flags: Args, outside?: Outside): Settings =>
  checked(gather(flags, outside));

/** Those of the variables that hold a value which is sound by itself. */
export const soundVariables = (environment: Outside["environment"]): Outside["environment"] =>
  Object.fromEntries(
    SETTING_NAMES.map((name) => [name, variableOf(name)] as const)
      .filter(([name, variable]) =>
        v.is(Settings.entries[name], typed(name, environment[variable], "environment")),
      )
      .map(([, variable]) => [variable, environment[variable]]),
  );

/** Every setting in force with where it came from. */
export function explainSettings(flags: Args): Setting[] {
  const given = gather(flags);
  const settings = checked(given);
  const file = configFile(flags);
  return [...given].map(([name, { origin }]) => ({
    name,
    value: settings[name],
    source: sourceOf(name, origin, file),
  }));
}

function gather(flags: Args, outside: Outside = allOutside(flags)): Map<SettingName, Given> {
  const sources = { flag: flags, ...outside, default: defaults };
  const chosen = SETTING_NAMES.map((name) => [name, chooseSetting(name, sources)] as const);
  return new Map(chosen.filter((each): each is [SettingName, Given] => each[1] !== undefined));
}

function allOutside(flags: Args): Outside {
  const file = configFile(flags);
  return { environment: process.env, file: file === undefined ? {} : readConfig(file) };
}

function checked(given: ReadonlyMap<SettingName, Given>): Settings {
  const values = Object.fromEntries(
    [...given].map(([name, { value, origin }]) => [name, typed(name, value, origin)]),
  );
  const parsed = v.safeParse(Settings, values, { abortEarly: true, abortPipeEarly: true });
  if (!parsed.success) throw wrongSetting(given, parsed.issues[0]);
  const {
    min_stale_after_seconds: min,
    stale_after_seconds: usual,
    max_stale_after_seconds: max,
  } = parsed.output;
  if (min <= usual && usual <= max) return parsed.output;
  throw new OperatorError(
    "config",
    `Cannot use age limits that are out of order: min_stale_after_seconds ${min}, stale_after_seconds ${usual}, max_stale_after_seconds ${max}`,
    HINT,
  );
}

/** Args and the environment bring numbers and lists as text. */
function typed(name: SettingName, value: unknown, origin: Origin): unknown {
  if (origin === "file" || origin === "default") return value;
  if (isNumeric(name)) return /^\d{1,10}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (name === "gitea_allow") return String(value).split(",");
  return isJson(name) ? parsedJson(String(value)) : value;
}

/** What JSON says; any other text comes back as it is, for the schema to refuse. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function wrongSetting(
  given: ReadonlyMap<SettingName, Given>,
  issue: v.BaseIssue<unknown>,
): OperatorError {
  const name = v.getDotPath(issue)?.split(".")[0] as SettingName;
  const { origin = "default", value } = given.get(name) ?? {};
  const spelled = {
    flag: `--${flagOf(name)}`,
    environment: variableOf(name),
    file: name,
    default: name,
  }[origin];
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  const what = describeIssue(issue).replace(new RegExp(`^${name}(?:: |\\.)`), "");
  const message = `Cannot use ${quoted(withoutPasswords(shown))} for ${spelled}: ${what}`;
  return new OperatorError(origin === "flag" ? "usage" : "config", message, HINT);
}

const sourceOf = (name: SettingName, origin: Origin, file: string | undefined): string =>
  ({
    flag: `--${flagOf(name)}`,
    environment: variableOf(name),
    file: file ?? "",
    default: "default",
  })[origin];
