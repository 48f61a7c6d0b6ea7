/**
 * Secrets that an operator keeps in files.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { systemFailure } from "./errno.ts";

/** Shorter ones can be guessed. */
const LEAST = 16;
/** What a header carries in one way only, and what no bytes that are no text can turn into. */
const PLAIN = /^[!-~]*$/;

/** What to do where the secret may be any: not where somebody else has given it out. */
const makeOne = (path: string) =>
  `make one with: head -c 32 /dev/urandom | base64 | tr -d '\\n' >${path}`;

/**
 * The secret in a file: its one line, without the white space around it. `hint` says what to
 * do where there is none.
 *
 * @throws {OperatorError} of kind `config` when there is none, or others may read it.
 */
export function readSecret(path: string, hint = makeOne(path)): string {
  const doing = `Cannot use the secret in ${quoted(path)}`;
  const text = readPrivate(path, doing).trim();
  if (text.length < LEAST || !PLAIN.test(text))
    throw new OperatorError(
      "config",
      `${doing}: it is not one line of ${LEAST} plain characters or more`,
      hint,
    );
  return text;
}

function readPrivate(path: string, doing: string): string {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile() || stats.size > 4096)
        throw new OperatorError(
          "config",
          `${doing}: it is no small file`,
          "name the file that holds the secret",
        );
      if ((stats.mode & 0o007) !== 0)
        throw new OperatorError(
          "config",
          `${doing}: everyone may read it`,
          `close it with: chmod o= ${path}`,
        );
      return readFileSync(fd, "utf8");
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw systemFailure(error, doing, "config");
  }
}
