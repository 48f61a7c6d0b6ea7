/**
 * Which spelling of a setting counts.
 *
 * @module
 */
import type { SettingName } from "../schemas/settings.ts";

/** Where a setting's value came from. */
export type Origin = "flag" | "environment" | "file" | "default";

/** The flag, variable and file spellings of one setting. */
export const flagOf = (name: SettingName): string => name.replaceAll("_", "-");
export const variableOf = (name: SettingName): string => `LAZARUS_PIT_${name.toUpperCase()}`;

export interface Given {
  readonly origin: Origin;
  readonly value: unknown;
}

/** The value that counts: a flag beats the environment, that the file, that the default. */
export function chooseSetting(
  name: SettingName,
  sources: Readonly<Record<Origin, Readonly<Record<string, unknown>>>>,
): Given | undefined {
  const spelled = { flag: flagOf(name), environment: variableOf(name), file: name, default: name };
  const origins = ["flag", "environment", "file", "default"] as const;
  const origin = origins.find((each) => sources[each][spelled[each]] !== undefined);
  return origin && { origin, value: sources[origin][spelled[origin]] };
}
