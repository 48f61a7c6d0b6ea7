/**
 * Changing the owner of a new cell to its agent, and its group to its observers.
 *
 * @module
 */
import { chmodSync, statSync } from "node:fs";
import { printable, quoted } from "../../base/printable.ts";
import { CELL_DIRS } from "../../contract/cell.ts";
import { OperatorError } from "../../base/errors.ts";
import { at } from "../../host/files/directory.ts";
import { runProgram } from "../../host/programs/subprocess.ts";
import type { Staging } from "./staging.ts";

/** Names or numbers, as chown(1) takes them. */
export interface Owner {
  readonly user?: string | undefined;
  readonly group?: string | undefined;
}

/**
 * Checks that the accounts exist, before anything is created.
 *
 * @throws {OperatorError} when one is unknown on this host.
 */
export async function checkOwner({ user, group }: Owner): Promise<void> {
  await checkAccount("passwd", "user", user);
  await checkAccount("group", "group", group);
}

async function checkAccount(
  database: string,
  what: string,
  name: string | undefined,
): Promise<void> {
  if (name === undefined || /^\d{1,9}$/.test(name)) return;
  const known =
    /^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/.test(name) &&
    (await runProgram(["getent", database, name])).code === 0;
  if (known) return;
  throw new OperatorError(
    "usage",
    `Cannot give the cell to ${what} ${quoted(name)}: no such ${what} on this host`,
    `list the names with: getent ${database}`,
  );
}

/**
 * Changes the owner of a staged cell's parts, but not yet of its top directory: while that is
 * ours, no other user can enter. With a group, every directory gets setgid, or the first file
 * that an agent replaces would be hidden from its observers. setgid comes first, while we own
 * all of it, because chmod(2) follows links.
 *
 * @throws {OperatorError} when that is not permitted.
 */
export async function chownParts(staging: Staging, { user, group }: Owner): Promise<void> {
  if (group !== undefined) for (const dir of [".", ...CELL_DIRS]) setGroupId(at(staging.fd, dir));
  const parts = CELL_DIRS.map((dir) => `${staging.path}/${dir}`);
  await chown({ user, group }, ["-R", "-h"], parts);
}

/** Adds setgid to a directory's current mode, so that the umask stays in effect. */
const setGroupId = (path: string): void => chmodSync(path, 0o2000 | (statSync(path).mode & 0o777));

/**
 * Changes the owner of a staged cell's top directory. This comes last: from then on the agent
 * can change anything in it.
 *
 * @throws {OperatorError} when that is not permitted.
 */
export const chownTop = (staging: Staging, owner: Owner): Promise<void> =>
  chown(owner, ["-h"], [staging.path]);

async function chown(
  { user, group }: Owner,
  flags: readonly string[],
  paths: readonly string[],
): Promise<void> {
  if (user === undefined && group === undefined) return;
  const owner = `${user ?? ""}${group === undefined ? "" : `:${group}`}`;
  const { code, errorSummary } = await runProgram(["chown", ...flags, "--", owner, ...paths]);
  if (code === 0) return;
  throw new OperatorError(
    "no_permission",
    `Cannot give the cell to ${quoted(owner)}: ${printable(errorSummary)}`,
    "run it as root",
  );
}
