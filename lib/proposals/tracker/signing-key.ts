/**
 * The bridge's own key for signing its comments. Unlike the token, it never changes.
 *
 * @module
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "../../base/printable.ts";
import { asOwnerOf } from "../../host/programs/privileges.ts";
import { withDirectory } from "../../host/files/directory.ts";
import { systemFailure } from "../../host/errno.ts";
import { operators } from "../../host/files/operator-file.ts";
import { addFile, tryLstat } from "../../host/files/atomic-file.ts";
import { readSecret } from "../../host/files/secret.ts";
import { createDirectories, type StorePaths } from "../../host/files/state-dir.ts";

const NAME = "proposals.key";
const MODE = 0o600;
/** A new key would not verify the comments posted so far. */
const HINT =
  "restore it from a backup: without it, the comments posted so far cannot be recognized";

/**
 * The key in the state directory, which is shared by all roots; created on first use.
 *
 * @throws {OperatorError} when it cannot be created, or is not a valid secret.
 */
export function ensureSigningKey({ stateDir }: StorePaths): string {
  const path = join(stateDir, NAME);
  try {
    asOwnerOf(stateDir, () => {
      createDirectories(stateDir);
      withDirectory(stateDir, (dir) => {
        if (tryLstat(dir, NAME) === undefined) addFile(dir, NAME, `${newKey()}\n`, MODE);
      });
    });
  } catch (error) {
    throw systemFailure(error, `Cannot create the key ${quoted(path)}`, "cannot_create");
  }
  return readKey(stateDir);
}

/** True if the key exists, even if it is not valid. */
export const hasSigningKey = ({ stateDir }: Pick<StorePaths, "stateDir">): boolean =>
  existsSync(join(stateDir, NAME));

/** The key, if it exists. */
export const existingSigningKey = ({ stateDir }: StorePaths): [string] | [] =>
  hasSigningKey({ stateDir }) ? [readKey(stateDir)] : [];

/** The key may belong to the state directory's owner, who need not be root. */
const readKey = (stateDir: string): string =>
  readSecret(join(stateDir, NAME), HINT, [...operators(), statSync(stateDir).uid]);

const newKey = (): string => crypto.getRandomValues(new Uint8Array(32)).toHex();
