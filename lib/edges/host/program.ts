/**
 * Running another program to its end.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";
import { type Heard, hearSignals, passingSignals } from "./heard.ts";
import { killGroup } from "./process.ts";

/** How long the pipes of a program that has ended are read on: what it left running may hold them. */
export const PIPE_REST_MS = 1000;
/** How much of what a program says is kept, in characters. */
const KEPT = 65_536;

export interface Ended {
  readonly code: number;
  /** The signal that ended it. */
  readonly signal: string | null;
  readonly stdout: string;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
  /** What it said was wrong, for a message. */
  readonly said: string;
  /** It was ended because it took longer than `timeout`. */
  readonly timedOut: boolean;
}

export interface ProgramOptions {
  /** What it is called where another program starts it for us. */
  readonly name?: string;
  readonly input?: string;
  readonly env?: Record<string, string | undefined>;
  /** In milliseconds; a program that takes longer is killed. */
  readonly timeout?: number;
  /** Signals that we get are ours alone: those of a daemon, which goes on. */
  readonly keepsSignals?: boolean;
  /**
   * Kills it when aborted, with what it has started: it leads a process group of its own then,
   * which has no terminal, gets the signals that we get, and is gone once they have ended it.
   */
  readonly stop?: AbortSignal;
}

/**
 * Runs `argv` with nothing, or `input`, on its stdin.
 *
 * @throws {OperatorError} when there is no such program, or we were interrupted meanwhile.
 */
export async function runProgram(
  argv: readonly [string, ...string[]],
  options: ProgramOptions = {},
): Promise<Ended> {
  const { name = argv[0], input, env = process.env, timeout, keepsSignals = false, stop } = options;
  const started = performance.now();
  // Before it starts: a signal between the two would end us alone.
  const heard = keepsSignals ? undefined : hearSignals();
  const child = start(argv, heard, {
    stdin: input === undefined ? "ignore" : Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
    env,
    detached: stop !== undefined,
    ...(timeout === undefined ? {} : { timeout, killSignal: "SIGKILL" }),
  });
  const [stdout, stderr] = [gather(child.stdout), gather(child.stderr)];
  const killThem = (signal?: NodeJS.Signals) => killGroup(child.pid, signal);
  const kill = () => killThem();
  if (stop?.aborted === true) kill();
  stop?.addEventListener("abort", kill);
  const send = stop === undefined ? (signal: NodeJS.Signals) => child.kill(signal) : killThem;
  try {
    await (heard === undefined ? child.exited : passingSignals(child, name, heard, send));
  } catch (error) {
    if (stop !== undefined) kill();
    throw error;
  } finally {
    stop?.removeEventListener("abort", kill);
  }
  const took = performance.now() - started;
  await Promise.race([Promise.all([stdout.end, stderr.end]), Bun.sleep(PIPE_REST_MS)]);
  return {
    code: await child.exited,
    signal: child.signalCode === null ? null : String(child.signalCode),
    stdout: stdout.text(),
    stderr: stderr.text(),
    said: essence(stderr.text()),
    timedOut: timeout !== undefined && took >= timeout,
  };
}

/** What a program said was wrong: its first line that says so, else its last ones. */
function essence(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines.slice(-3).join("; ");
}

/** Collects the end of what comes through a pipe; `text` gives what has come so far. */
function gather(pipe: ReadableStream<Uint8Array>): { end: Promise<void>; text: () => string } {
  const decoder = new TextDecoder();
  let text = "";
  const collect = async () => {
    for await (const chunk of pipe)
      text = (text + decoder.decode(chunk, { stream: true })).slice(-KEPT);
  };
  return { end: collect(), text: () => text };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it is not installed",
  EACCES: "it may not be run",
};

function start(
  argv: readonly [string, ...string[]],
  heard: Heard | undefined,
  options: Parameters<typeof Bun.spawn<Buffer | "ignore", "pipe", "pipe">>[1],
) {
  try {
    return Bun.spawn(
      [...argv],
      options as Bun.SpawnOptions.OptionsObject<Buffer | "ignore", "pipe", "pipe">,
    );
  } catch (error) {
    heard?.end();
    // Not errnoOf: for a name that is nowhere in PATH, Bun's error carries no system call.
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    throw new OperatorError(
      "unavailable",
      `Cannot run ${argv[0]}: ${REASONS[code] ?? code}`,
      `install ${argv[0]}, or correct its path`,
      { cause: error },
    );
  }
}
