/**
 * The operator's configuration file.
 *
 * @module
 */
import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname } from "node:path";
import * as v from "valibot";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { SettingsFile } from "../../schemas/settings.ts";
import { readContract } from "../cell/contract.ts";
import { withDirectory } from "../host/directory.ts";
import { describeErrno, errnoOf } from "../host/errno.ts";
import { type Args, textFlag } from "./flags.ts";

const SYSTEM_FILE = "/etc/lazarus-pit/lazarus_pit.json";

/** Where an operator can see what is set. */
export const HINT = "see every setting and where it comes from with: lazarus-pit config";

/** The configuration file in force: `--config`, else `LAZARUS_PIT_CONFIG`, else the system's, if it is there. */
export function configFile(flags: Args): string | undefined {
  const named = textFlag(flags, "config") ?? process.env["LAZARUS_PIT_CONFIG"];
  if (named === "")
    throw new OperatorError(
      "config",
      "Cannot use an empty LAZARUS_PIT_CONFIG: it names no file",
      HINT,
    );
  return named ?? (isThere(SYSTEM_FILE) ? SYSTEM_FILE : undefined);
}

/** False only where there is none: one that may not be seen is there, and cannot be used. */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    return !["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "");
  }
}

/**
 * Reads a configuration file. Links are followed; the bounds of a cell's files hold.
 *
 * @throws {OperatorError} of kind `config` when it cannot be used.
 */
export function readConfig(path: string): Args {
  const doing = `Cannot use the configuration ${quoted(path)}`;
  const reading = readSettingsFile(path, doing, SettingsFile);
  if (reading.outcome === "read") return reading.value;
  const why = "why" in reading ? reading.why : "it does not exist";
  throw new OperatorError("config", `${doing}: ${why}`, HINT);
}

/**
 * The settings of a configuration file that are sound by themselves; none where it is not JSON.
 *
 * @throws {OperatorError} of kind `config` when it cannot be found.
 */
export function soundSettings(path: string): Args {
  const reading = readSettingsFile(path, "", v.looseObject({}));
  const given = Object.entries(reading.outcome === "read" ? reading.value : {});
  const schemas: Readonly<Record<string, v.GenericSchema>> = SettingsFile.entries;
  return Object.fromEntries(
    given.filter(
      ([name, value]) => Object.hasOwn(schemas, name) && v.is(schemas[name] ?? v.never(), value),
    ),
  );
}

function readSettingsFile<S extends v.GenericSchema>(path: string, doing: string, schema: S) {
  try {
    const real = realpathSync(path);
    return withDirectory(dirname(real), (dir) => readContract(dir, basename(real), schema));
  } catch (error) {
    throw new OperatorError("config", `${doing}: ${describeErrno(error)}`, HINT, { cause: error });
  }
}
