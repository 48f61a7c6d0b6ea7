/**
 * Ends the wrapper as its command ended.
 *
 * @module
 */
import { closeSync } from "node:fs";
import { sendSignal } from "../host/send-signal.ts";
import type { CommandExit } from "./command.ts";
import type { SignalForwarding } from "./signals.ts";
import { isInForeground } from "./terminal.ts";

/**
 * Closes the terminal and returns the exit code. After Ctrl-C it ends by SIGINT itself, as the
 * command did, because a shell's loop continues after any exit code. The terminal is closed first:
 * Bun would restore its modes from before our start.
 */
export function exitAs({ code, signal }: CommandExit, signals: SignalForwarding): number {
  signals.close();
  const isByKeyboard = signal === "SIGINT" && isInForeground();
  for (const fd of [0, 1, 2]) closeSync(fd);
  if (isByKeyboard) sendSignal(process.pid, "SIGINT");
  return code;
}
