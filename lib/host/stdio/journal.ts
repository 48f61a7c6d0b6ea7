/**
 * Whether a stream goes to systemd's journal, which reads a priority at the start of each line.
 *
 * @module
 */
import { fstatSync } from "node:fs";

/** True for the stream that systemd names in `$JOURNAL_STREAM`, as device and inode: see systemd.exec(5). */
export function isJournal(fd: number): boolean {
  const named = process.env["JOURNAL_STREAM"];
  if (named === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd);
    return named === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
