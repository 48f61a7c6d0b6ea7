/**
 * System calls that node:fs lacks, through `bun:ffi`.
 *
 * Strings and buffers are passed to each call, never an address that was taken earlier: the garbage
 * collector may have moved the memory since.
 *
 * @module
 */
import { constants } from "node:fs";
import { loadFfi, loadFunctions } from "./ffi.ts";

/** Each returns -1 for a failure; `errno` then tells why, until the next call. */
export interface Libc {
  openat(dir: number, name: string, flags: number): number;
  /** `how` is a `struct open_how`: see `openHow`. */
  openat2(dir: number, path: string, how: Uint8Array): number;
  /** Fills `to`, a `struct statx` of 256 bytes. */
  statx(dir: number, name: string, flags: number, to: Uint8Array): number;
  /** Reads at most `most` bytes. */
  read(fd: number, to: Uint8Array, most: number): number;
  close(fd: number): number;
  errno(): number;
}

/** Linux's flags that node:fs lacks. */
export const O_PATH = 0x200000;
export const O_CLOEXEC = 0o2000000;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_EMPTY_PATH = 0x1000;

/** Stay below the directory, follow no symlink, and no link of /proc. */
const RESOLVE = 0x08 | 0x04 | 0x02;
const OPEN_HOW_BYTES = 24;
/** Type, size, inode, and the times of the last change of contents and attributes. */
const STATX_MASK = 0x1 | 0x40 | 0x80 | 0x100 | 0x200;

/** Numbers of system calls by architecture: musl before 1.2.5 has no statx(), and glibc no openat2(). */
const OPENAT2 = 437;
const STATX: Readonly<Record<string, number>> = { x64: 332, arm64: 291 };

const SYMBOLS = {
  openat: { args: ["i32", "cstring", "i32"], returns: "i32" },
  syscall: { args: ["i64", "i32", "cstring", "buffer", "u64"], returns: "i32" },
  read: { args: ["i32", "buffer", "u64"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  __errno_location: { args: [], returns: "ptr" },
} as const;
const STATX_SYMBOL = {
  syscall: { args: ["i64", "i32", "cstring", "i32", "u32", "buffer"], returns: "i32" },
} as const;

/**
 * The `struct open_how` that opens with `flags` below a directory, and never through a symlink. Tests
 * lift the restriction, to see that their attacks would succeed without it.
 */
export function openHow(flags: number, resolve = RESOLVE): Uint8Array {
  const bytes = new Uint8Array(OPEN_HOW_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(flags), true);
  view.setBigUint64(16, BigInt(resolve), true);
  return bytes;
}

/**
 * Loads the system calls. Undefined where they cannot be had: under Node, without a just-in-time
 * compiler (systemd's MemoryDenyWriteExecute), or on another architecture.
 */
export function loadLibc(): Libc | undefined {
  const statxNumber = STATX[process.arch];
  const symbols = loadFunctions(SYMBOLS);
  const statx = loadFunctions(STATX_SYMBOL)?.syscall;
  const ffi = loadFfi();
  if (symbols === undefined || statx === undefined) return undefined;
  const { openat, syscall, read, close, __errno_location: errnoLocation } = symbols;
  const location = errnoLocation();
  if (ffi === undefined || location === null || statxNumber === undefined) return undefined;
  const errno = new Int32Array(ffi.toArrayBuffer(location, 0, 4));
  return {
    openat,
    openat2: (dir, path, how) => syscall(OPENAT2, dir, path, how, OPEN_HOW_BYTES),
    statx: (dir, name, flags, to) => statx(statxNumber, dir, name, flags, STATX_MASK, to),
    read,
    close,
    errno: () => errno[0] ?? 0,
  };
}

/** True if openat2(2) is there, and refuses to leave a directory: a sandbox may emulate or block it. */
export function hasOpenat2(libc: Libc): boolean {
  const how = openHow(O_PATH | O_CLOEXEC | constants.O_DIRECTORY);
  const AT_FDCWD = -100;
  const fd = libc.openat2(AT_FDCWD, "/", how);
  if (fd >= 0) libc.close(fd);
  const EXDEV = 18;
  return fd < 0 && libc.errno() === EXDEV;
}
