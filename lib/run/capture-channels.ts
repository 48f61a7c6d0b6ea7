/**
 * The pipes or pseudo terminals between a command and the wrapper while output is captured.
 *
 * @module
 */
import { isatty } from "node:tty";
import { createPipes, type Pipe } from "../host/programs/pipe.ts";
import {
  copyTerminalSize,
  openPseudoTerminal,
  type PseudoTerminal,
} from "../host/syscalls/terminal-settings.ts";
import { warnOnStderr } from "./best-effort.ts";

/** The channel of one output, or of both. */
export interface CaptureChannel {
  /** The command writes to one end, and the wrapper reads from the other. */
  readonly source: Pipe | PseudoTerminal;
  readonly isTerminal: boolean;
  /** For the standby reader of the source. */
  readonly standby: Pipe;
  /** Our descriptor that gets what is read. */
  readonly to: number;
}

/**
 * Opens pipes, or pseudo terminals where our own output is a terminal, so that the command still
 * sees one: both outputs share it if both are terminals, which keeps the order of their lines. It is
 * not a controlling terminal: keys, job control and input stay with the real one.
 *
 * @throws {OperatorError} when the pipes cannot be created.
 */
export function openChannels(): readonly CaptureChannel[] {
  const terminals = openPseudoTerminals();
  const standbyNames = terminals.map((_, at) => `standby-${at}`);
  const pipeNames = terminals.flatMap((terminal, at) => (terminal ? [] : [`output-${at}`]));
  const pipes: Pipe[] = [
    ...createPipes([...standbyNames, ...pipeNames], "Cannot capture the output"),
  ];
  const standbys = pipes.splice(0, terminals.length);
  return terminals.flatMap((terminal, at) => {
    const [source, standby] = [terminal ?? pipes.shift(), standbys[at]];
    if (source === undefined || standby === undefined) return [];
    return [{ source, isTerminal: terminal !== undefined, standby, to: at + 1 }];
  });
}

/** For each channel the pseudo terminal, or undefined for a pipe. */
function openPseudoTerminals(): readonly (PseudoTerminal | undefined)[] {
  const areTerminals = [isatty(1), isatty(2)];
  const areBoth = areTerminals.every(Boolean);
  const opened = areTerminals
    .slice(0, areBoth ? 1 : 2)
    .map((isTerminal, at) => (isTerminal ? openPseudoTerminal(at + 1) : undefined));
  if (areTerminals.some(Boolean) && opened.every((terminal) => terminal === undefined))
    warnOnStderr("With --capture the command sees a pipe instead of the terminal");
  return areBoth && opened[0] === undefined ? [undefined, undefined] : opened;
}

/**
 * Keeps the size of pseudo terminals that of the real one, and calls `onResized` after each change:
 * the command may have looked at the size before. Returns a function that ends this.
 */
export function followSize(channels: readonly CaptureChannel[], onResized: () => void): () => void {
  const terminals = channels.filter(({ to }) => isatty(to));
  if (terminals.length === 0) return () => {};
  const resize = () => {
    for (const { source, to } of terminals) copyTerminalSize(to, source);
    onResized();
  };
  process.on("SIGWINCH", resize);
  return () => void process.off("SIGWINCH", resize);
}
