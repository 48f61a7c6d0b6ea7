/**
 * Creates directories that belong to the owner of their parent directory.
 *
 * @module
 */
import { constants, fstatSync, fsyncSync, mkdirSync, readdirSync } from "node:fs";
import { DIR_MODE } from "../../contract/cell.ts";
import { openFile } from "./descriptor.ts";
import { at, syncDirectory } from "./directory.ts";
import { errnoOf } from "../errno.ts";
import { chownTo, tryLstat } from "./atomic-file.ts";

const OPEN = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Creates the directory `name` in the open directory `dir`, durably; for root, it gets the owner of
 * `dir`. False if the name already exists.
 *
 * @throws the system's error.
 */
export function addOwnedDirectory(dir: number, name: string): boolean {
  try {
    mkdirSync(at(dir, name), DIR_MODE);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
  using created = openFile(at(dir, name), OPEN);
  chownTo(created.fd, tryLstat(dir, "."));
  fsyncSync(created.fd);
  syncDirectory(dir);
  return true;
}

/**
 * Gives the directory `name` to the owner of `dir` if root was killed between creating it and
 * changing its owner. A non-empty one stays root's: that may be intended.
 */
export function chownLeftover(dir: number, name: string): void {
  const [found, owner] = [tryLstat(dir, name), tryLstat(dir, ".")];
  if (found?.isDirectory() !== true || found.uid !== 0 || owner?.uid === 0) return;
  if (process.geteuid?.() !== 0) return;
  using left = openFile(at(dir, name), OPEN);
  // Checked again on the open directory: the owner of `dir` may have replaced it.
  const isLeftover = fstatSync(left.fd).uid === 0 && readdirSync(at(left.fd, ".")).length === 0;
  if (isLeftover) chownTo(left.fd, owner);
}
