/**
 * Judges the room of a file system.
 *
 * @module
 */
import { shellWord } from "../../base/shell-word.ts";
import type { FileSystemFacts } from "../../verdict/suspicion.ts";
import { type Diagnosis, failedCheck, passed, warned } from "./diagnosis.ts";

const MIB = 2 ** 20;
/** Below the first there is a problem, below the second a warning. */
const BYTES = [MIB, 100 * MIB] as const;
const INODES = [10, 1000] as const;

/** The diagnosis for the file system of the directory at `path`; unknown facts are not judged. */
export function spaceDiagnosis(check: string, path: string, facts: FileSystemFacts): Diagnosis {
  const { freeBytes, freeInodes, isReadOnly } = facts;
  const word = shellWord(path);
  if (isReadOnly === true)
    return failedCheck(
      check,
      `the file system of ${path} is read-only`,
      `see why with: dmesg | tail -50; then: mount -o remount,rw "$(findmnt -no TARGET -T ${word})"`,
    );
  const text = `${path}: ${roomText(facts)}`;
  const isBelow = (at: 0 | 1) =>
    (freeBytes ?? Infinity) < BYTES[at] || (freeInodes ?? Infinity) < INODES[at];
  const next = `see what fills it with: df -h ${word}; df -i ${word}; du -xh --max-depth 2 ${word} | sort -h`;
  if (isBelow(0)) return failedCheck(check, text, next);
  return isBelow(1) ? warned(check, text, next) : passed(check, text);
}

function roomText({ freeBytes, freeInodes }: FileSystemFacts): string {
  const bytes = freeBytes === undefined ? "no limit" : `${Math.floor(freeBytes / MIB)} MiB`;
  return `${bytes} and ${freeInodes ?? "any number of"} inodes are free`;
}
