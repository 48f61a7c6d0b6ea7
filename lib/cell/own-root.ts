/**
 * The root of the cell around a directory.
 *
 * @module
 */
import { lstatSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { CELL_FILES } from "../contract/cell.ts";
import type { Settings } from "../contract/settings.ts";
import type { CommandFlags } from "../base/command-flags.ts";
import { isCanonicalId } from "../base/id.ts";
import type { FlagValues } from "../cli/flag-values.ts";
import { variableOf } from "../cli/choose-setting.ts";
import { commandFlags } from "../cli/place-flags.ts";
import { loadSettings } from "../cli/settings.ts";
import { workingDirectory } from "./mission-id.ts";

/**
 * The settings in force for a command about a cell: with the root of the cell around the working
 * directory, as `withOwnRoot` says.
 *
 * @throws {OperatorError} if a setting is invalid.
 */
export const loadCellSettings = (flags: FlagValues): Settings =>
  withOwnRoot(loadSettings(flags), flags);

/** The flags of commands to type next, so that they use the root of `loadCellSettings` anywhere. */
export function cellCommandFlags(flags: FlagValues): CommandFlags {
  const { root } = loadCellSettings(flags);
  return commandFlags(root === loadSettings(flags).root ? flags : { ...flags, root });
}

/**
 * `settings` with the root of the cell around `directory`, by default the working directory. A root
 * that a flag or a variable gives stays, and so does a configured one that contains `directory`.
 */
export function withOwnRoot(
  settings: Settings,
  flags: FlagValues,
  directory: string = workingDirectory(),
): Settings {
  const isGiven = flags["root"] !== undefined || process.env[variableOf("root")] !== undefined;
  const own = isGiven ? undefined : rootAround(directory);
  return own === undefined || isWithin(settings.root, directory)
    ? settings
    : { ...settings, root: own };
}

/**
 * The root of the outermost cell that contains `directory`: an agent can make what looks like a cell
 * inside its own, but not around it.
 */
export function rootAround(directory: string): string | undefined {
  const names = directory.split("/");
  const at = names.findIndex(
    (name, index) => isCanonicalId(name) && looksLikeCell(names.slice(0, index + 1).join("/")),
  );
  return at < 0 ? undefined : dirname(names.slice(0, at + 1).join("/"));
}

const looksLikeCell = (path: string): boolean =>
  [CELL_FILES.mission, CELL_FILES.config].some((file) => {
    try {
      return lstatSync(join(path, file)).isFile();
    } catch {
      return false;
    }
  });

function isWithin(root: string, directory: string): boolean {
  try {
    return `${directory}/`.startsWith(`${realpathSync(root)}/`);
  } catch {
    return false;
  }
}
