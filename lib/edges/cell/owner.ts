/**
 * Giving a new cell to its agent and to those who observe it.
 *
 * @module
 */
import { chmodSync, statSync } from "node:fs";
import { printable, quoted } from "../../rules/printable.ts";
import { CELL_DIRS } from "../../schemas/cell.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { at } from "../host/directory.ts";
import { runProgram } from "../host/program.ts";
import type { Staging } from "./staging.ts";

/** Names or numbers, as chown(1) takes them. */
export interface Owner {
  readonly user?: string | undefined;
  readonly group?: string | undefined;
}

/**
 * Checks that there are such accounts before anything is made.
 *
 * @throws {OperatorError} when one is not known on this host.
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
    `Cannot give the cell to ${what} ${quoted(name)}: there is none on this host`,
    `see the names with: getent ${database}`,
  );
}

/**
 * Gives the parts of a staged cell away, but not yet its top directory: as long as that is
 * ours, nobody else gets in. With a group every directory hands it on (setgid), else the
 * first file that an agent replaces would be hidden from its observers; that comes first,
 * while all of it is ours, for chmod(2) follows links.
 *
 * @throws {OperatorError} when that is not permitted.
 */
export async function giveParts(staging: Staging, { user, group }: Owner): Promise<void> {
  if (group !== undefined) for (const dir of [".", ...CELL_DIRS]) setGroupId(at(staging.fd, dir));
  const parts = CELL_DIRS.map((dir) => `${staging.path}/${dir}`);
  await chown({ user, group }, ["-R", "-h"], parts);
}

/** Adds setgid to the mode that a directory has: what the umask took away stays away. */
const setGroupId = (path: string): void => chmodSync(path, 0o2000 | (statSync(path).mode & 0o777));

/**
 * Gives the top directory of a staged cell away: from then on its agent can do in it what it
 * likes, so this comes last.
 *
 * @throws {OperatorError} when that is not permitted.
 */
export const giveTop = (staging: Staging, owner: Owner): Promise<void> =>
  chown(owner, ["-h"], [staging.path]);

async function chown(
  { user, group }: Owner,
  flags: readonly string[],
  paths: readonly string[],
): Promise<void> {
  if (user === undefined && group === undefined) return;
  const owner = `${user ?? ""}${group === undefined ? "" : `:${group}`}`;
  const { code, said } = await runProgram(["chown", ...flags, "--", owner, ...paths]);
  if (code === 0) return;
  throw new OperatorError(
    "no_permission",
    `Cannot give the cell to ${quoted(owner)}: ${printable(said)}`,
    "run it as root",
  );
}
