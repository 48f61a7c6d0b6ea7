/**
 * Reads secrets from an operator's files.
 *
 * @module
 */
import { existsSync, fstatSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { quoted } from "../../base/printable.ts";
import { shellWord } from "../../base/shell-word.ts";
import { OperatorError } from "../../base/errors.ts";
import { describeErrno, errnoOf, systemFailure } from "../errno.ts";
import { closing } from "./descriptor.ts";
import { openOperatorsFile } from "./operator-file.ts";

/** Shorter secrets can be guessed. */
const MIN_LENGTH = 16;
const MAX_BYTES = 16 * 1024;
/** Printable ASCII: the same in a header and in a file, and never the result of invalid UTF-8. */
const PLAIN = /^[!-~]*$/;

/** The hint for a secret of the operator's choice, unlike one that another server issues. */
function creationHint(path: string): string {
  const parent = dirname(path);
  const make = existsSync(parent) ? "" : `mkdir -p ${shellWord(parent)} && `;
  return `create one, as the account that runs this, with: ${make}(umask 077 && head -c 32 /dev/urandom | base64 >${shellWord(path)})`;
}

/**
 * Reads the secret in a file: its one line without surrounding white space. `hint` is for an
 * invalid secret; only `trusted` users may write the file, by default root and this user.
 *
 * @throws {OperatorError} of kind `config` if it is invalid, or others may read or write it.
 */
export function readSecret(
  path: string,
  hint = creationHint(path),
  trusted?: readonly number[],
): string {
  const doing = `Cannot use the secret in ${quoted(path)}`;
  const text = readPrivateFile(path, doing, trusted, hint).trim();
  if (text.length < MIN_LENGTH || !PLAIN.test(text))
    throw new OperatorError(
      "config",
      `${doing}: it is not one line of ${MIN_LENGTH} plain characters or more`,
      hint,
    );
  return text;
}

/**
 * The text of a file that not everyone may read. `doing` opens the message of an error, and
 * `absentHint` says what to do if the file does not exist.
 *
 * @throws {OperatorError} of kind `config` if there is none, or others may read or write it.
 */
export function readPrivateFile(
  path: string,
  doing: string,
  trusted?: readonly number[],
  absentHint?: string,
): string {
  try {
    using file = closing(openOperatorsFile(path, doing, trusted));
    const stats = fstatSync(file.fd);
    if (!stats.isFile() || stats.size > MAX_BYTES)
      throw new OperatorError(
        "config",
        `${doing}: it is not a file of at most ${MAX_BYTES} bytes`,
        "give the file that contains the secret",
      );
    if ((stats.mode & 0o007) !== 0)
      throw new OperatorError(
        "config",
        `${doing}: everyone may read it`,
        `remove their access with: chmod o= ${shellWord(path)}`,
      );
    return readFileSync(file.fd, "utf8");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" || absentHint === undefined)
      throw systemFailure(error, doing, "config");
    throw new OperatorError("config", `${doing}: ${describeErrno(error)}`, absentHint);
  }
}
