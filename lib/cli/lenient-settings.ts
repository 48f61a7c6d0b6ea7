/**
 * Settings for a program that continues even if the configuration is invalid.
 *
 * @module
 */
import { quoted } from "../base/printable.ts";
import { variableOf } from "./choose-setting.ts";
import { OperatorError } from "../base/errors.ts";
import { FLEET_SETTINGS } from "../contract/fleet-contradiction.ts";
import { LIMIT_SETTINGS } from "../contract/setting-rows.ts";
import type { Settings } from "../contract/settings.ts";
import { configFile, validSettings } from "./config-file.ts";
import type { FlagValues } from "./flag-values.ts";
import { loadSettings, type ExternalSettings, validVariables } from "./settings.ts";

/** Settings that are read once, on first use. */
interface LazySettings {
  readonly settings: () => Settings;
  /** False once an invalid part was dropped. */
  readonly areValid: () => boolean;
}

/** Creates lazy settings. If invalid, strict ones throw; others omit the invalid part and `warn`. */
export function lazySettings(
  flags: FlagValues,
  isStrict: boolean,
  warn: (text: string) => void,
): LazySettings {
  let [settings, areValid] = [undefined as Settings | undefined, true];
  const onInvalid = (text: string) => {
    areValid = false;
    warn(text);
  };
  const load = () => (isStrict ? loadSettings(flags) : lenientSettings(flags, onInvalid));
  return { settings: () => (settings ??= load()), areValid: () => areValid };
}

/**
 * The settings in force. If the configuration is invalid: those without its invalid parts, after a
 * call of `warn` with the error and the directories in use.
 *
 * @throws {OperatorError} if a flag is wrong.
 */
function lenientSettings(flags: FlagValues, warn: (text: string) => void): Settings {
  try {
    return loadSettings(flags);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.fault !== "config") throw error;
    const settings = loadValid(flags);
    const { root, heartbeat_dir } = settings;
    warn(`${error.message}; using root ${quoted(root)}, heartbeat_dir ${quoted(heartbeat_dir)}`);
    return settings;
  }
}

function loadValid(flags: FlagValues): Settings {
  const { environment, file } = validExternalSettings(flags);
  try {
    return loadSettings(flags, { environment, file });
  } catch (error) {
    // Each age limit may be valid, but not all of them together; so may each setting of the fleet.
    if (!(error instanceof OperatorError) || error.fault !== "config") throw error;
    const others = {
      environment: withoutDependent(environment),
      file: withoutDependent(file),
    };
    return loadSettings(flags, others);
  }
}

/** The settings that can contradict each other. */
const DEPENDENT_SETTINGS = [...LIMIT_SETTINGS, ...FLEET_SETTINGS];

function withoutDependent(given: Readonly<Record<string, unknown>>): FlagValues {
  const names: readonly string[] = DEPENDENT_SETTINGS.flatMap((name) => [name, variableOf(name)]);
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => !names.includes(name)),
  ) as FlagValues;
}

function validExternalSettings(flags: FlagValues): ExternalSettings {
  const environment = validVariables(process.env);
  try {
    const file = configFile(flags);
    return { environment, file: file === undefined ? {} : validSettings(file) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { environment, file: {} };
  }
}
