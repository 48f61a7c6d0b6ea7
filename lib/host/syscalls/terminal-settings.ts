/**
 * Terminals and pseudo terminals: see ioctl_tty(2) and termios(3).
 *
 * @module
 */
import { closeSync, constants, openSync } from "node:fs";
import { loadFunctions } from "./ffi.ts";

const [TCGETS, TCSETS, TIOCGWINSZ, TIOCSWINSZ] = [0x5401, 0x5402, 0x5413, 0x5414];
/** Of a pseudo terminal: its number, and the lock on its other end. */
const [TIOCGPTN, TIOCSPTLCK] = [0x80045430, 0x40045431];
/** Room for the settings, and where in them the flags are. */
const [SETTINGS_BYTES, OUTPUT_FLAGS, LOCAL_FLAGS] = [64, 4, 12];
const SIZE_BYTES = 8;
const [OPOST, TOSTOP] = [1, 0o400];

/** The ends of a pseudo terminal: what is written to one can be read from the other. */
export interface PseudoTerminal {
  readonly readEnd: number;
  readonly writeEnd: number;
}

type Ioctl = (fd: number, request: number, data: DataView) => number;

const loadIoctl = (): Ioctl | undefined =>
  loadFunctions({ ioctl: { args: ["i32", "u64", "buffer"], returns: "i32" } })?.ioctl;

/** True after `stty tostop`, undefined if unknown: a background job is stopped when it writes. */
export function stopsWriters(fd: number): boolean | undefined {
  const settings = new DataView(new ArrayBuffer(SETTINGS_BYTES));
  if (loadIoctl()?.(fd, TCGETS, settings) !== 0) return undefined;
  return (settings.getUint32(LOCAL_FLAGS, true) & TOSTOP) !== 0;
}

/**
 * Opens a pseudo terminal with the size and settings of the terminal `like`. It passes on what is
 * written as it is: `like` makes "\\r\\n" of a newline. Undefined if none can be opened.
 */
export function openPseudoTerminal(like: number): PseudoTerminal | undefined {
  const ioctl = loadIoctl();
  if (ioctl === undefined) return undefined;
  const opened: number[] = [];
  const open = (path: string) => {
    opened.push(openSync(path, constants.O_RDWR | constants.O_NOCTTY));
    return opened.at(-1) ?? -1;
  };
  try {
    const readEnd = open("/dev/ptmx");
    const number = new DataView(new ArrayBuffer(SIZE_BYTES));
    if (ioctl(readEnd, TIOCSPTLCK, number) !== 0 || ioctl(readEnd, TIOCGPTN, number) !== 0)
      throw new Error("no pseudo terminal");
    const writeEnd = open(`/dev/pts/${number.getUint32(0, true)}`);
    copySettings(ioctl, like, writeEnd);
    copySize(ioctl, like, writeEnd);
    return { readEnd, writeEnd };
  } catch {
    for (const fd of opened) closeSync(fd);
    return undefined;
  }
}

function copySettings(ioctl: Ioctl, from: number, to: number): void {
  const settings = new DataView(new ArrayBuffer(SETTINGS_BYTES));
  if (ioctl(from, TCGETS, settings) !== 0) return;
  settings.setUint32(OUTPUT_FLAGS, settings.getUint32(OUTPUT_FLAGS, true) & ~OPOST, true);
  ioctl(to, TCSETS, settings);
}

function copySize(ioctl: Ioctl, from: number, to: number): void {
  const size = new DataView(new ArrayBuffer(SIZE_BYTES));
  if (ioctl(from, TIOCGWINSZ, size) === 0) ioctl(to, TIOCSWINSZ, size);
}

/** Gives a pseudo terminal the size that the terminal `from` has now. */
export function copyTerminalSize(from: number, to: PseudoTerminal): void {
  const ioctl = loadIoctl();
  if (ioctl !== undefined) copySize(ioctl, from, to.readEnd);
}
