/**
 * Patches Bun's runtime for our executables, so that it ignores environment variables for Bun.
 *
 * Every executable that Bun compiles obeys BUN_OPTIONS, BUN_BE_BUN, BUN_INSPECT and others, and no
 * flag turns this off. An agent or an editor may set them, and then a check does not run, or
 * `heartbeat run` does not start its command. In the patched copy, the first letter of each such
 * name is NUL, so that no variable ever matches. Child processes get the variables unchanged.
 *
 * @module
 */

/** Variables of the engine and of Node; an invalid value of one ends the process. */
const ENGINE_VARIABLES = [
  "JSC_SIGNAL_FOR_GC",
  "JavaScriptCoreUseJIT",
  "NODE_CHANNEL_FD",
  "WTF_numberOfProcessorCores",
] as const;

/** Another one, which exists on x86-64 but not on arm64. */
const X86_VARIABLE = "SIMDUTF_FORCE_IMPLEMENTATION";

/** Stays, because users turn crash reports off with it. */
const PRESERVED = "BUN_ENABLE_CRASH_REPORTING";

/** Names that the runtime must contain; otherwise it is not one that this was written for. */
export const EXPECTED_VARIABLES = [
  ...ENGINE_VARIABLES,
  "BUN_BE_BUN",
  "BUN_BYTECODE_ORDER_OUT",
  "BUN_CONFIG_VERBOSE_FETCH",
  "BUN_FEATURE_FLAG_NO_ORPHANS",
  "BUN_INSPECT",
  "BUN_INSPECT_CONNECT_TO",
  "BUN_INSPECT_PRELOAD",
  "BUN_OPTIONS",
] as const;

/** A NUL-terminated name, as passed to getenv(3); names in Bun's own scripts are not. */
const NAMES = new RegExp(
  `\\0(BUN_[A-Z0-9_]+|${[...ENGINE_VARIABLES, X86_VARIABLE].join("|")})(?=\\0)`,
  "g",
);

const PREFIX = Array.from("BUN_JSC_", (letter) => letter.charCodeAt(0));
const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, "0")}`;

/**
 * Machine code that compares a name with `BUN_JSC_` letter by letter, with a jump to the next
 * variable on a mismatch; `clear` makes it compare the first letter with NUL.
 */
const COMPARISONS: readonly {
  readonly code: RegExp;
  readonly clear: (runtime: Uint8Array, at: number) => void;
}[] = [
  {
    // x86-64: cmp byte [register + n], letter; jne
    code: new RegExp(
      PREFIX.map((letter, n) => {
        const place = n === 0 ? "[\\x38-\\x3f]" : `[\\x78-\\x7f]${hex(n)}`;
        return `\\x80${place}${hex(letter)}`;
      }).join("\\x75[^]\\x41?"),
      "g",
    ),
    clear: (runtime, at) => runtime.fill(0, at + 2, at + 3),
  },
  {
    // arm64: cmp register, letter; b.ne; ldrb register, [register, n + 1]
    code: new RegExp(
      PREFIX.map((letter) => {
        const low = (letter << 2) & 0xff;
        return `[\\x1f\\x3f\\x5f\\x7f\\x9f\\xbf\\xdf\\xff][${hex(low)}-${hex(low + 3)}]${hex(letter >> 6)}\\x71`;
      }).join("[^]{8}"),
      "g",
    ),
    clear(runtime, at) {
      runtime[at + 1] = (runtime[at + 1] ?? 0) & 3;
      runtime[at + 2] = 0;
    },
  },
];

/**
 * Patches a Bun runtime for Linux in place, so that it ignores its variables; no offset changes.
 *
 * @throws {Error} when the runtime does not contain each expected name and the code exactly once.
 */
export function ignoreBunVariables(runtime: Buffer): void {
  const text = runtime.toString("latin1");
  const names = [...text.matchAll(NAMES)].filter(([, name]) => name !== PRESERVED);
  for (const name of EXPECTED_VARIABLES) {
    const count = names.filter(([, found]) => found === name).length;
    if (count !== 1) throw unknownRuntime(`${name} ${count} times`);
  }
  const compared = COMPARISONS.flatMap(({ code, clear }) =>
    [...text.matchAll(code)].map(({ index }) => ({ index, clear })),
  );
  if (compared.length !== 1) throw unknownRuntime(`${compared.length} comparisons with BUN_JSC_`);
  for (const { index } of names) runtime[index + 1] = 0;
  for (const { index, clear } of compared) clear(runtime, index);
}

const unknownRuntime = (found: string): Error =>
  new Error(
    `Cannot patch this Bun to ignore its variables: it contains ${found}, expected once. List the variables it reads (ltrace -e getenv), and update lib/dev/runtime.ts`,
  );
