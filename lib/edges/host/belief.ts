/**
 * Whose files count in a directory of the operator's.
 *
 * The permission to write there is the operator's word on who may put files there. Where
 * everyone has it, as in /tmp, it says nothing: a file is whose who came first.
 *
 * @module
 */
import { fstatSync, type Stats } from "node:fs";

const FOR_EVERYONE = 0o002;

/** Says why a file is not to be believed; undefined where it is. */
export type Doubt = (file: Stats) => string | undefined;

/**
 * The doubts in the open directory `dir`: where anyone may write, only files of root, of the
 * directory's owner and of ourselves are believed.
 */
export function doubtIn(dir: number): Doubt {
  const { uid, mode } = fstatSync(dir);
  if ((mode & FOR_EVERYONE) === 0) return () => undefined;
  const believed = [0, uid, process.geteuid?.()];
  return (file) =>
    believed.includes(file.uid)
      ? undefined
      : `it belongs to user ${file.uid}, who is not believed where everyone may write`;
}
