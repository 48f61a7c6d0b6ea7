/**
 * Checks the configuration.
 *
 * @module
 */
import { resolve } from "node:path";
import { OperatorError } from "../base/errors.ts";
import { shellWord } from "../base/shell-word.ts";
import { configFile, DEFAULT_CONFIG } from "../cli/config-file.ts";
import type { FlagValues } from "../cli/flag-values.ts";
import { lazySettings } from "../cli/lenient-settings.ts";
import { placeFlags } from "../cli/place-flags.ts";
import type { Settings } from "../contract/settings.ts";
import { type Diagnosis, failedCheck, passed } from "./rules/diagnosis.ts";

/** The settings in force without their invalid parts, and what is wrong with those. */
export interface CheckedSettings {
  readonly settings: Settings;
  readonly diagnosis: Diagnosis;
  /** The flags with which another command uses the same configuration, root and state directory. */
  readonly sameFlags: string;
}

/**
 * Reads the settings.
 *
 * @throws {OperatorError} of kind `usage` if a flag is wrong.
 */
export function checkSettings(flags: FlagValues): CheckedSettings {
  const flaws: string[] = [];
  const settings = lazySettings(flags, false, (text) => flaws.push(text)).settings();
  const file = fileInUse(flags);
  const [flaw] = flaws;
  const diagnosis =
    flaw === undefined
      ? passed("settings", file === undefined ? "no file: defaults" : `${file} is valid`)
      : failedCheck("settings", flaw, `correct it, then: lazarus-pit config${configFlag(file)}`);
  return { settings, diagnosis, sameFlags: `${configFlag(file)}${placeFlags(settings)}` };
}

const configFlag = (file: string | undefined): string =>
  file === undefined || file === DEFAULT_CONFIG ? "" : ` --config ${shellWord(resolve(file))}`;

/** The configuration file; undefined also if it cannot be named, which `settings` then reports. */
function fileInUse(flags: FlagValues): string | undefined {
  try {
    return configFile(flags);
  } catch (error) {
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}
