/**
 * Names of the temporary files that are renamed into place once they are complete.
 *
 * @module
 */

/** Matches a temporary file's name; group 1 is the writer's pid. */
export const TEMPORARY_NAME =
  /^\.lazarus-pit\.(\d{1,10})\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.tmp$/;

/** The name of a temporary file of process `pid`; `unique` is a UUID. */
export const temporaryName = (pid: number, unique: string): string =>
  `.lazarus-pit.${pid}.${unique}.tmp`;
