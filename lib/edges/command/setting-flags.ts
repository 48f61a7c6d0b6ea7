/**
 * The flags that bring settings, as help shows them.
 *
 * @module
 */
import { flagOf } from "../../rules/settings.ts";
import type { SettingName } from "../../schemas/settings.ts";

const SETTING_FLAGS = {
  config: { valueHint: "file", description: "Configuration file" },
  root: { valueHint: "dir", description: "Directory that holds the cells" },
  heartbeat_dir: { valueHint: "dir", description: "Directory of <job>.last" },
  heartbeat_writer: { valueHint: "json", description: "Program for job records" },
  stale_after_seconds: { valueHint: "n", description: "Usual age limit" },
  min_stale_after_seconds: { valueHint: "n", description: "Lowest limit a cell gets" },
  max_stale_after_seconds: { valueHint: "n", description: "Highest limit a cell gets" },
  allowed_skew_seconds: { valueHint: "n", description: "How far clocks may differ" },
} as const;

/** The flags that bring settings, for a script that uses them. */
export function settingFlags(...names: readonly (keyof typeof SETTING_FLAGS)[]) {
  const flags = ["config" as const, ...names].map((name) => [
    flagOf(name as SettingName),
    { type: "string", ...SETTING_FLAGS[name] },
  ]);
  return Object.fromEntries(flags) as Record<
    string,
    { type: "string"; valueHint: string; description: string }
  >;
}
