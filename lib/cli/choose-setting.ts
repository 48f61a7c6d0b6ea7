/**
 * The names of a setting, and the precedence of its sources.
 *
 * @module
 */
import type { SettingName } from "../contract/setting-rows.ts";

/** Where a setting's value comes from. */
export type SettingSource = "flag" | "environment" | "file" | "default";

/** The names of a setting as a flag and as an environment variable. */
export const flagOf = (name: SettingName): string => name.replaceAll("_", "-");
export const variableOf = (name: SettingName): string => `LAZARUS_PIT_${name.toUpperCase()}`;

export interface ChosenSetting {
  readonly source: SettingSource;
  readonly value: unknown;
}

/** The value by precedence: flag, environment, file, default. Undefined if none has it. */
export function chooseSetting(
  name: SettingName,
  sources: Readonly<Record<SettingSource, Readonly<Record<string, unknown>>>>,
): ChosenSetting | undefined {
  const names = { flag: flagOf(name), environment: variableOf(name), file: name, default: name };
  const precedence = ["flag", "environment", "file", "default"] as const;
  // A flag without a value is another one of the same name: scan has its own --jobs.
  const isGiven = (value: unknown, each: SettingSource) =>
    value !== undefined && (each !== "flag" || typeof value !== "boolean");
  const source = precedence.find((each) => isGiven(sources[each][names[each]], each));
  return source && { source, value: sources[source][names[source]] };
}
