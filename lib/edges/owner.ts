/**
 * Giving a new cell to its agent and to those who observe it.
 *
 * @module
 */
import { chmodSync } from "node:fs";
import { quoted } from "../rules/printable.ts";
import { CELL_FILES, DIR_MODE } from "../schemas/cell.ts";
import { OperatorError } from "../schemas/errors.ts";
import { at } from "./directory.ts";
import { runProgram } from "./program.ts";
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
 * Gives a staged cell away, its top directory last, so that until then nobody else gets in.
 * The directories that an observer reads hand their group on (setgid), else the first file
 * that an agent replaces would be hidden from its observers.
 *
 * @throws {OperatorError} when that is not permitted.
 */
export async function giveCell(staging: Staging, { user, group }: Owner): Promise<void> {
  if (user === undefined && group === undefined) return;
  const owner = `${user ?? ""}${group === undefined ? "" : `:${group}`}`;
  const { code, said } = await runProgram(["chown", "-R", "-h", "--", owner, staging.path]);
  if (code !== 0)
    throw new OperatorError(
      "no_permission",
      `Cannot give the cell to ${quoted(owner)}: ${said}`,
      "run it as root",
    );
  if (group === undefined) return;
  for (const path of Object.values(CELL_FILES))
    chmodSync(at(staging.fd, path.split("/")[0] ?? ""), 0o2000 | DIR_MODE);
}
