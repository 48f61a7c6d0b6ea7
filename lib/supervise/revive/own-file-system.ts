/**
 * A cell whose state lies on a file system of its own, such as a volume for each agent: the suspicion about
 * the file system of the root says nothing about it.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import type { ReportCell, Suspicion } from "../../contract/report.ts";
import { withDirectory, withSubdirectory } from "../../host/files/directory.ts";
import { fileSystemOf } from "../../host/files/file-system.ts";
import { isSilent } from "../../verdict/attention.ts";
import { fileSystemSuspicion } from "../../verdict/suspicion.ts";

const TEXTS: Partial<Readonly<Record<Suspicion["cause"], string>>> = {
  "read-only": "the file system of this cell is mounted read-only, so its agent cannot beat",
  "disk-full":
    "the file system of this cell has no room or no free inodes (df, df -i), so its agent cannot beat",
};

/** Why the agent of a silent cell cannot beat, though others can; undefined if it can, or if that is unknown. */
export function ownFileSystemSuspicion(root: string, cell: ReportCell): Suspicion | undefined {
  if (!isSilent(cell)) return undefined;
  try {
    return withDirectory(root, (dir) =>
      withSubdirectory(dir, [cell.mission_id, "state"], (state) => suspicionOf(state, dir)),
    );
  } catch {
    return undefined;
  }
}

function suspicionOf(state: number, root: number): Suspicion | undefined {
  if (fstatSync(state).dev === fstatSync(root).dev) return undefined;
  const cause = fileSystemSuspicion(fileSystemOf(state))?.cause;
  const text = cause && TEXTS[cause];
  return text === undefined || cause === undefined ? undefined : { cause, text };
}
