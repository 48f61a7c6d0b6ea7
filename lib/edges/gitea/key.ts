/**
 * The bridge's own key, by which it knows its words again: the token changes, this stays.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../rules/printable.ts";
import { asOwnerOf } from "../host/become.ts";
import { withDirectory } from "../host/directory.ts";
import { systemFailure } from "../host/errno.ts";
import { addFile, ownerOf } from "../host/replace.ts";
import { readSecret } from "../host/secret.ts";
import { makeDirectory, type StateFolder } from "../host/state-folder.ts";

const NAME = "proposals.key";
const MODE = 0o600;
/** A new key would do, but what was said before would be nobody's. */
const HINT = "bring it back from a backup: without it our own comments are no longer known as ours";

/**
 * The key in the state directory: one for all roots, made by whoever first asks for it.
 *
 * @throws {OperatorError} when it cannot be made, or is no key.
 */
export function ownKey({ top }: StateFolder): string {
  const path = join(top, NAME);
  try {
    asOwnerOf(top, () => {
      makeDirectory(top);
      withDirectory(top, (dir) => {
        if (ownerOf(dir, NAME) === undefined) addFile(dir, NAME, `${newKey()}\n`, MODE);
      });
    });
  } catch (error) {
    throw systemFailure(error, `Cannot make the key ${quoted(path)}`, "cannot_create");
  }
  return readSecret(path, HINT);
}

/** The key, if there is one already. */
export const knownKey = ({ top }: StateFolder): [string] | [] =>
  existsSync(join(top, NAME)) ? [readSecret(join(top, NAME), HINT)] : [];

const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
