/**
 * Keeps reading a command's output after this process stops reading it.
 *
 * Processes that a command leaves running, such as a background agent, keep writing into the
 * command's pipe. Without a reader SIGPIPE would kill them, and a full pipe would block them. So a
 * small standby process starts with the command and takes over, even if this process is killed by
 * SIGKILL: it waits on a liveness pipe of which only this process holds the write end.
 *
 * @module
 */
import { closeSync, writeSync } from "node:fs";
import type { Pipe } from "./pipe.ts";

export interface StandbyReader {
  /** False if it could not be started. */
  readonly hasStarted: Promise<boolean>;
  /** Ends it: all output has been read, or the writers should get SIGPIPE. */
  dismiss(): void;
  /** Makes it read from now on. It exits after the last writer. */
  takeOver(): void;
}

/**
 * Descriptor 3 is the output pipe, 4 the liveness pipe. A line on 4 dismisses the reader; end of
 * file without a line means that this process is gone. The reader is a background job of a shell
 * that exits at once, because a child would occupy a descriptor here for its whole life.
 */
const script = (work: string) => `{ read -r _ <&4 && exit; exec 4<&-; ${work}; } &`;
const DISCARD = script("exec cat <&3 >/dev/null");
/** Keeps reading if the destination fails. */
const FORWARD = script("cat <&3 || exec cat <&3 >/dev/null");

/**
 * Starts a standby reader of the pipe `source`, which copies it to an open file, or nowhere.
 * Closes both ends of the pipe `liveness` in time.
 */
export function startStandbyReader(
  source: number,
  liveness: Pipe,
  to: number | "nowhere",
): StandbyReader {
  const hasStarted = spawnReader(source, liveness, to);
  closeSync(liveness.readEnd);
  let isOpen = true;
  const close = (isDismissed: boolean) => {
    if (!isOpen) return;
    isOpen = false;
    if (isDismissed) writeNewline(liveness.writeEnd);
    closeSync(liveness.writeEnd);
  };
  return { hasStarted, dismiss: () => close(true), takeOver: () => close(false) };
}

async function spawnReader(
  source: number,
  liveness: Pipe,
  to: number | "nowhere",
): Promise<boolean> {
  try {
    const argv = ["/bin/sh", "-c", to === "nowhere" ? DISCARD : FORWARD, "lazarus-pit-reader"];
    const child = Bun.spawn(argv, {
      // `/` does not block an unmount; detached, it gets no signals to this process's group or terminal.
      cwd: "/",
      detached: true,
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", to === "nowhere" ? "ignore" : to, "ignore", source, liveness.readEnd],
    });
    return (await child.exited) === 0;
  } catch {
    return false;
  }
}

function writeNewline(fd: number): void {
  try {
    writeSync(fd, "\n");
  } catch {
    // The reader could not be started, or was killed.
  }
}
