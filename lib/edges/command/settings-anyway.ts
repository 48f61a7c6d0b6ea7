/**
 * Settings for a program that goes on without what is wrong with them.
 *
 * @module
 */
import { quoted } from "../../rules/printable.ts";
import { variableOf } from "../../rules/settings.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { POLICY_SETTINGS, type Settings } from "../../schemas/settings.ts";
import { configFile, soundSettings } from "./config-file.ts";
import type { Args } from "./flags.ts";
import { loadSettings, type Outside, soundVariables } from "./settings.ts";

/** Settings that are read when they are needed first, and then no more. */
interface LazySettings {
  readonly settings: () => Settings;
  /** False once something was left out of them. */
  readonly areSound: () => boolean;
}

/** Gives such settings; strict ones throw for what is wrong, and of others `tell` is told it. */
export function lazySettings(
  flags: Args,
  isStrict: boolean,
  tell: (text: string) => void,
): LazySettings {
  let [settings, areSound] = [undefined as Settings | undefined, true];
  const note = (text: string) => {
    areSound = false;
    tell(text);
  };
  const load = () => (isStrict ? loadSettings(flags) : settingsAnyway(flags, note));
  return { settings: () => (settings ??= load()), areSound: () => areSound };
}

/**
 * The settings in force; where the configuration is wrong, those without what is wrong in it,
 * after `tell` was told what that is and what is used.
 *
 * @throws {OperatorError} when a flag is wrong.
 */
function settingsAnyway(flags: Args, tell: (text: string) => void): Settings {
  try {
    return loadSettings(flags);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.fault !== "config") throw error;
    const settings = loadSound(flags);
    const { root, heartbeat_dir } = settings;
    tell(`${error.message}; used are root ${quoted(root)}, heartbeat_dir ${quoted(heartbeat_dir)}`);
    return settings;
  }
}

function loadSound(flags: Args): Settings {
  const { environment, file } = soundOutside(flags);
  try {
    return loadSettings(flags, { environment, file });
  } catch (error) {
    // Each age limit may be what it is, and all together may not.
    if (!(error instanceof OperatorError) || error.fault !== "config") throw error;
    const others = { environment: withoutPolicy(environment), file: withoutPolicy(file) };
    return loadSettings(flags, others);
  }
}

function withoutPolicy(given: Readonly<Record<string, unknown>>): Args {
  const names: readonly string[] = POLICY_SETTINGS.flatMap((name) => [name, variableOf(name)]);
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => !names.includes(name)),
  ) as Args;
}

function soundOutside(flags: Args): Outside {
  const environment = soundVariables(process.env);
  try {
    const file = configFile(flags);
    return { environment, file: file === undefined ? {} : soundSettings(file) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { environment, file: {} };
  }
}
