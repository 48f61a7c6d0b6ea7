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
  gitea_url: { valueHint: "url", description: "Where the issue tracker is" },
  gitea_repository: { valueHint: "o/name", description: "Whose issues are proposals" },
  gitea_token_file: { valueHint: "file", description: "Holds the token for it" },
  gitea_allow: { valueHint: "a,b", description: "Who may accept a proposal" },
  stale_after_seconds: { valueHint: "n", description: "Usual age limit" },
  min_stale_after_seconds: { valueHint: "n", description: "Lowest limit a cell gets" },
  max_stale_after_seconds: { valueHint: "n", description: "Highest limit a cell gets" },
  allowed_skew_seconds: { valueHint: "n", description: "How far clocks may differ" },
  state_dir: { valueHint: "dir", description: "Directory of what is remembered" },
  scan_interval_seconds: { valueHint: "n", description: "How often to look" },
  fire_after: { valueHint: "n", description: "Looks until a cell counts as sick" },
  clear_after: { valueHint: "n", description: "Looks until it counts as healthy" },
  notify: { valueHint: "json", description: "Whom to tell of events" },
  revive: { valueHint: "json", description: "What to do for dead missions" },
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
