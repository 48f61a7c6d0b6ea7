/**
 * The operator's configuration file.
 *
 * @module
 */
import { lstatSync } from "node:fs";
import * as v from "valibot";
import { quoted } from "../base/printable.ts";
import { OperatorError } from "../base/errors.ts";
import type { Flaw } from "../contract/facts.ts";
import { readOpenContract } from "../host/files/read-json.ts";
import { describeErrno, errnoOf } from "../host/errno.ts";
import { closing } from "../host/files/descriptor.ts";
import { openOperatorsFile } from "../host/files/operator-file.ts";
import { type FlagValues, textFlag } from "./flag-values.ts";

/** The bundlers' own `require`: unlike `import()`, it is synchronous. */
declare const require: (
  path: "../contract/settings.ts",
) => typeof import("../contract/settings.ts");
/** Loaded only where there is a configuration file. */
const loadSchemas = () => require("../contract/settings.ts");

export const DEFAULT_CONFIG = "/etc/lazarus-pit/lazarus_pit.json";

/** The hint for a setting that is missing. */
export const CONFIG_HINT = "see every setting and where it comes from with: lazarus-pit config";

/** The hint for something wrong in a configuration, with which `lazarus-pit config` fails as well. */
export const correctHint = (what: string): string =>
  `correct ${what}; see what each setting takes with: lazarus-pit man lazarus_pit.json`;

const FILE_HINT = "name a file that this user can read, by --config or LAZARUS_PIT_CONFIG";

/**
 * The path of the configuration file: `--config`, else `LAZARUS_PIT_CONFIG`, else the one in /etc
 * if it exists.
 *
 * @throws {OperatorError} of kind `config` if the variable is empty.
 */
export function configFile(flags: FlagValues): string | undefined {
  const named = textFlag(flags, "config") ?? process.env["LAZARUS_PIT_CONFIG"];
  if (named === "")
    throw new OperatorError(
      "config",
      "LAZARUS_PIT_CONFIG is empty: expected the path of a file",
      "name a file in it, or unset it",
    );
  return named ?? (exists(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
}

/** True also if the file is inaccessible: reading it then reports the reason. */
function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    return !["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "");
  }
}

/**
 * Reads a configuration file. Follows symlinks; size and depth are limited as for a cell's files.
 *
 * @throws {OperatorError} of kind `config` if it is invalid, or other users can write it.
 */
export function readConfig(path: string): FlagValues {
  const doing = `Cannot use the configuration ${quoted(path)}`;
  const reading = readSettingsFile(path, doing, loadSchemas().SettingsFile);
  if (reading.outcome === "read") return reading.value;
  const isContent = reading.outcome === "malformed" || reading.outcome === "too-large";
  const hint = isContent ? correctHint("the file") : FILE_HINT;
  throw new OperatorError("config", `${doing}: ${whyNotRead(reading)}`, hint);
}

/** The reason as a clause; of a file of the wrong type or size it has no subject. */
function whyNotRead(flaw: Flaw): string {
  if (flaw.outcome === "absent") return "it does not exist";
  const isPredicate = flaw.outcome === "wrong-type" || flaw.outcome === "too-large";
  return isPredicate ? `it ${flaw.why}` : flaw.why;
}

/**
 * The valid settings of a configuration file; none if it is not a JSON object.
 *
 * @throws {OperatorError} of kind `config` if it cannot be opened, or other users can write it.
 */
export function validSettings(path: string): FlagValues {
  const reading = readSettingsFile(path, "", v.looseObject({}));
  const given = Object.entries(reading.outcome === "read" ? reading.value : {});
  const schemas: Readonly<Record<string, v.GenericSchema>> = loadSchemas().SettingsFile.entries;
  return Object.fromEntries(
    given.filter(
      ([name, value]) => Object.hasOwn(schemas, name) && v.is(schemas[name] ?? v.never(), value),
    ),
  );
}

function readSettingsFile<S extends v.GenericSchema>(path: string, doing: string, schema: S) {
  try {
    using file = closing(openOperatorsFile(path, doing));
    return readOpenContract(file.fd, schema);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const message = `${doing}: ${describeErrno(error)}`;
    throw new OperatorError("config", message, FILE_HINT, { cause: error });
  }
}
