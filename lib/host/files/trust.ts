/**
 * Which files to trust in an operator's directory.
 *
 * Its permissions state which users may create files there. In a world-writable directory, such as
 * /tmp, they state nothing: any user may have created a file first.
 *
 * @module
 */
import { fstatSync, type Stats } from "node:fs";

const FOR_EVERYONE = 0o002;

/** Returns why a file is not trusted; undefined if it is. */
export type TrustCheck = (file: Stats) => string | undefined;

/**
 * The trust check for files in the open directory `dir`: in a world-writable one, only files of
 * root, the directory's owner and this user are trusted.
 */
export function trustCheckIn(dir: number): TrustCheck {
  const { uid, mode } = fstatSync(dir);
  if ((mode & FOR_EVERYONE) === 0) return () => undefined;
  const trusted = [0, uid, process.geteuid?.()];
  return (file) =>
    trusted.includes(file.uid)
      ? undefined
      : `it belongs to user ${file.uid}, who is not trusted in a world-writable directory`;
}
