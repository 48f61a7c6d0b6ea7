/**
 * Catches the signals that Bun does not let a program catch.
 *
 * A handler may run between any two instructions, so it cannot be JavaScript. It is a few
 * instructions that write the signal's number to a pipe, from which the event loop reads it. A
 * signal that Bun handles itself, as SIGPWR for its garbage collector, goes to Bun's own handler
 * unless another process has sent it.
 *
 * @module
 */
import { loadFunctions } from "./ffi.ts";

/** Calls `onSignal` with the number of each of the signals that arrives. */
type OnSignal = (signal: number) => void;

const [PROT_RW, PROT_RX, MAP_PRIVATE_ANONYMOUS, O_NONBLOCK_CLOEXEC] = [3, 5, 0x22, 0o2004000];
const [SA_SIGINFO, SA_RESTART, SA_RESETHAND] = [4, 0x10000000, 0x80000000];
/** Of `struct sigaction` of the C library; the handler comes first. */
const [ACTION_BYTES, FLAGS_OFFSET] = [152, 136];
const SIG_DFL = 0n;
const SET_ACTION = "__sigaction";
/** The room for the code of one handler. */
const HANDLER_BYTES = 128;

/**
 * Catches signals from now on. Does nothing on another architecture, or where memory cannot be made
 * executable (systemd's MemoryDenyWriteExecute): the signals then keep their action.
 */
export async function catchNatively(signals: readonly number[], onSignal: OnSignal): Promise<void> {
  let readEnd: number;
  try {
    readEnd = install(signals);
  } catch {
    return;
  }
  for await (const chunk of Bun.file(readEnd).stream())
    for (const signal of chunk) onSignal(signal);
}

const FUNCTIONS = {
  pipe2: { args: ["buffer", "i32"], returns: "i32" },
  mmap: { args: ["usize", "usize", "i32", "i32", "i32", "i64"], returns: "usize" },
  memcpy: { args: ["usize", "buffer", "usize"], returns: "usize" },
  mprotect: { args: ["usize", "usize", "i32"], returns: "i32" },
  sigaction: { args: ["i32", "usize", "buffer"], returns: "i32" },
  // Another name of sigaction, to set an action.
  [SET_ACTION]: { args: ["i32", "buffer", "usize"], returns: "i32" },
} as const;

/** Returns the read end of the pipe. */
function install(signals: readonly number[]): number {
  const libc = loadFunctions(FUNCTIONS);
  if (libc === undefined) throw new Error("no C library");
  const ends = new Int32Array(2);
  check(libc.pipe2(ends, O_NONBLOCK_CLOEXEC) === 0);
  const [readEnd = -1, writeEnd = -1] = ends;
  const actions = signals.map((signal) => {
    const action = new DataView(new ArrayBuffer(ACTION_BYTES));
    check(libc.sigaction(signal, 0, action) === 0);
    return { signal, action, code: handlerCode(writeEnd, action.getBigUint64(0, true)) };
  });
  const bytes = HANDLER_BYTES * actions.length;
  const page = libc.mmap(0, bytes, PROT_RW, MAP_PRIVATE_ANONYMOUS, -1, 0);
  check(page > 0n);
  for (const [at, { code }] of actions.entries())
    libc.memcpy(page + BigInt(at * HANDLER_BYTES), code, code.length);
  check(libc.mprotect(page, bytes, PROT_RX) === 0);
  for (const [at, { signal, action }] of actions.entries())
    libc[SET_ACTION](signal, withHandler(action, page + BigInt(at * HANDLER_BYTES)), 0);
  return readEnd;
}

function check(isRight: boolean): void {
  if (!isRight) throw new Error("refused by the system");
}

function withHandler(action: DataView, handler: bigint): DataView {
  action.setBigUint64(0, handler, true);
  const flags = action.getUint32(FLAGS_OFFSET, true) | SA_SIGINFO | SA_RESTART;
  action.setUint32(FLAGS_OFFSET, flags & ~SA_RESETHAND, true);
  return action;
}

/**
 * The code of a handler: `write(fd, &signal, 1)` as a system call, which leaves errno alone. If
 * Bun has a handler already, the code jumps to that, unless kill(2) of a process sent the signal.
 */
function handlerCode(fd: number, last: bigint): Uint8Array {
  const code = MACHINE_CODE[process.arch];
  if (code === undefined) throw new Error(process.arch);
  return Uint8Array.from([...(last === SIG_DFL ? [] : code.chain(last)), ...code.write(fd)].flat());
}

/** A number as four or eight bytes, the lowest first. */
const word = (number: number): number[] => [...new Uint8Array(Uint32Array.of(number).buffer)];
const address = (number: bigint): number[] => [...new Uint8Array(BigUint64Array.of(number).buffer)];

interface MachineCode {
  /** Jumps to `last` if the field si_code is not SI_USER. */
  chain(last: bigint): number[][];
  write(fd: number): number[][];
}

const MACHINE_CODE: Partial<Record<string, MachineCode>> = {
  x64: {
    chain: (last) => [
      [0x83, 0x7e, 0x08, 0x00], // cmp dword [rsi + 8], SI_USER
      [0x74, 0x0c], // je write
      [0x48, 0xb8, ...address(last)], // mov rax, last
      [0xff, 0xe0], // jmp rax
    ],
    write: (fd) => [
      [0x57], // push rdi
      [0xb8, ...word(1)], // mov eax, SYS_write
      [0xbf, ...word(fd)], // mov edi, fd
      [0x48, 0x89, 0xe6], // mov rsi, rsp
      [0xba, ...word(1)], // mov edx, 1
      [0x0f, 0x05], // syscall
      [0x5f], // pop rdi
      [0xc3], // ret
    ],
  },
  arm64: {
    chain: (last) => [
      word(0xb9400823), // ldr w3, [x1, 8]
      word(0x340000a3), // cbz w3, write
      word(0x58000050), // ldr x16, last
      word(0xd61f0200), // br x16
      address(last),
    ],
    write: (fd) => [
      word(0xb81f0fe0), // str w0, [sp, -16]!
      word(0x910003e1), // mov x1, sp
      word(0x52800000 + fd * 32), // mov w0, fd
      word(0x52800022), // mov w2, 1
      word(0x52800808), // mov w8, SYS_write
      word(0xd4000001), // svc 0
      word(0x910043ff), // add sp, sp, 16
      word(0xd65f03c0), // ret
    ],
  },
};
