/**
 * When the jobs in the settings were declared.
 *
 * @module
 */
import { statSync } from "node:fs";
import type { Settings } from "../contract/settings.ts";

/**
 * The settings with the time at which their file was last changed, if they declare jobs: a declared
 * job that never ran is due from then on.
 */
export function withDeclarationTime(settings: Settings, file: string | undefined): Settings {
  if (file === undefined || Object.keys(settings.jobs).length === 0) return settings;
  const changed = statSync(file, { throwIfNoEntry: false })?.mtime;
  return changed === undefined
    ? settings
    : { ...settings, jobs_declared_at: changed.toISOString() };
}
