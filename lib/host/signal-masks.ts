/**
 * The masks of signals that the kernel keeps for a process.
 *
 * @module
 */
import { readProcFile } from "./process.ts";

/** Pending for the process as a whole, blocked by its first thread, ignored. */
type MaskName = "ShdPnd" | "SigBlk" | "SigIgn";

/** A mask of a process, in hexadecimal; undefined if it does not exist, or is hidden. */
export function signalMask(pid: number | "self", name: MaskName): string | undefined {
  const status = readProcFile(pid, "status") ?? "";
  return new RegExp(`^${name}:\\s*([0-9a-f]+)$`, "m").exec(status)?.[1];
}
