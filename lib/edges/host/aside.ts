/**
 * Running a program beside the work of a daemon: within its time, and only the end of its
 * output kept.
 *
 * @module
 */
import { describeErrno } from "./errno.ts";
import { killGroup } from "./process.ts";
import { PIPE_REST_MS } from "./program.ts";

/** How much of its output is kept, in bytes. */
const KEPT = 10_240;

type Environment = Readonly<Record<string, string | undefined>>;

const OURS = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] as const;

/** The variables by which a service manager speaks to us, and to nobody whom we start. */
export const SERVICE_MANAGERS = {
  of: (env: Environment): Environment => Object.fromEntries(OURS.map((name) => [name, env[name]])),
  none: Object.fromEntries(OURS.map((name) => [name, undefined])) as Environment,
} as const;

/** How a program came to its end. */
export interface EndedAside {
  /** Null when a signal ended it, or it could not be started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** It was ended because its time was over. */
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** The end of what it wrote to stdout and stderr, as it came. */
  readonly tail: string;
  /** Why it could not be started. */
  readonly error?: string;
}

export interface AsideOptions {
  readonly input?: string;
  /** What to add to our own environment. */
  readonly env?: Environment;
  readonly timeoutMs: number;
}

/** The process groups of the programs at work. */
const groups = new Set<number>();

/**
 * Runs `argv` in `/`, in a process group of its own, which is killed when its time is over.
 * Never throws for what becomes of the program.
 */
export async function runAside(
  argv: readonly string[],
  options: AsideOptions,
): Promise<EndedAside> {
  const started = performance.now();
  const child = start(argv, options);
  if (child instanceof Error) return notStarted(child);
  const tail = keepTail();
  const read = Promise.all([tail.collect(child.stdout), tail.collect(child.stderr)]);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child.pid);
  }, options.timeoutMs);
  groups.add(child.pid);
  await child.exited;
  groups.delete(child.pid);
  clearTimeout(timer);
  const durationMs = Math.round(performance.now() - started);
  await Promise.race([read, Bun.sleep(PIPE_REST_MS)]);
  const { signalCode } = child;
  const ended = { timedOut, durationMs, tail: tail.text() };
  return signalCode === null
    ? { exitCode: child.exitCode, signal: null, ...ended }
    : { exitCode: null, signal: String(signalCode), ...ended };
}

/** Ends all programs at work: their time is over with ours. */
export function endAsides(): void {
  for (const pid of groups) killGroup(pid);
}

const notStarted = (error: Error): EndedAside => ({
  exitCode: null,
  signal: null,
  timedOut: false,
  durationMs: 0,
  tail: "",
  error: describeErrno(error),
});

function start([program = "", ...args]: readonly string[], { input, env }: AsideOptions) {
  try {
    return Bun.spawn([program, ...args], {
      cwd: "/",
      env: { ...process.env, ...SERVICE_MANAGERS.none, ...env },
      stdin: input === undefined ? "ignore" : Buffer.from(input),
      stdout: "pipe",
      stderr: "pipe",
      detached: true,
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function keepTail() {
  let kept = Buffer.alloc(0);
  return {
    async collect(pipe: ReadableStream<Uint8Array>): Promise<void> {
      for await (const chunk of pipe) kept = Buffer.concat([kept, chunk]).subarray(-KEPT);
    },
    text: () => new TextDecoder().decode(kept),
  };
}
