/**
 * Suspicions that a single scan can raise: that the observer, its disk or its host is at fault,
 * rather than the agents.
 *
 * @module
 */
import type { Suspicion } from "../contract/report.ts";
import type { MassSilence } from "./mass-silence.ts";

/** What is known of the file system of the cells; undefined means unknown. */
export interface FileSystemFacts {
  /** What a writer without privileges can still use. */
  readonly freeBytes: number | undefined;
  readonly freeInodes: number | undefined;
  readonly isReadOnly: boolean | undefined;
}

/** The room for one beat: a new file, its directory's entry, and the journal's share. */
const BEAT_BYTES = 16_384;

/** Why no agent can write a beat; undefined if one can, or if that is unknown. */
export function fileSystemSuspicion({
  freeBytes,
  freeInodes,
  isReadOnly,
}: FileSystemFacts): Suspicion | undefined {
  if (isReadOnly === true)
    return {
      cause: "read-only",
      text: "the file system of the cells is mounted read-only, so no agent can beat",
    };
  const isFull = (freeBytes ?? BEAT_BYTES) < BEAT_BYTES;
  if (!isFull && (freeInodes ?? 1) >= 1) return undefined;
  const what = isFull ? "is full" : "has no free inodes";
  return { cause: "disk-full", text: `the cells' disk ${what} (ENOSPC), so no agent can beat` };
}

/** The suspicion that a single scan raises, with the mass silence that it found; undefined if none. */
export function suspicionOfScan(
  silence: MassSilence | undefined,
  fileSystem: FileSystemFacts,
  now: Date,
): Suspicion | undefined {
  const ofDisk = fileSystemSuspicion(fileSystem);
  if (ofDisk !== undefined) return ofDisk;
  const isOver = now.getTime() - (silence?.visibleMs ?? 0) >= 1000 * MASS_SILENCE_SECONDS;
  return silence === undefined || isOver ? undefined : massSuspicion(silence);
}

/** For how long a mass silence is taken for the observer's fault: the cells may really be dead. */
export const MASS_SILENCE_SECONDS = 600;

/** A mass silence as a suspicion. */
export function massSuspicion({ ids, due, momentMs }: MassSilence): Suspicion {
  const since = new Date(momentMs).toISOString();
  const text = `${ids.size} of ${due} agents fell silent at the same time, after ${since}: this host, its disk or its network is the likelier cause`;
  return { cause: "mass-silence", text, since };
}
