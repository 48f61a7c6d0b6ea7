/**
 * What the end of a command usually means, for people.
 *
 * @module
 */
import type { RecordedExit } from "../contract/heartbeat.ts";

/** What signals usually mean that nobody has sent on purpose. */
const SIGNALS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    SIGKILL: "killed, as by the kernel when memory runs out",
    SIGSEGV: "it crashed",
    SIGABRT: "it crashed",
    SIGBUS: "it crashed",
    SIGILL: "it crashed",
    SIGFPE: "it crashed",
    SIGHUP: "its terminal or session ended",
    SIGPIPE: "what read its output had ended",
    SIGXCPU: "its limit of CPU time",
    SIGXFSZ: "its limit of a file's size",
  }),
);
/** Exit codes of shells: of signals, 128 and the number. */
const CODES: Readonly<Record<number, string>> = {
  126: "the program could not be executed",
  127: "the program was not found",
};
const SIGNAL_CODES: Readonly<Record<number, string>> = {
  129: "SIGHUP",
  130: "SIGINT",
  131: "SIGQUIT",
  132: "SIGILL",
  134: "SIGABRT",
  135: "SIGBUS",
  136: "SIGFPE",
  137: "SIGKILL",
  139: "SIGSEGV",
  141: "SIGPIPE",
  143: "SIGTERM",
  152: "SIGXCPU",
  153: "SIGXFSZ",
};

/** ` (…)` with what an end by a code or a signal means; empty if that is not known. */
export function exitMeaning({ code = 0, signal }: Pick<RecordedExit, "code" | "signal">): string {
  if (signal !== undefined) return inBrackets(SIGNALS.get(signal));
  const name = SIGNAL_CODES[code];
  if (name === undefined) return inBrackets(CODES[code]);
  const what = SIGNALS.get(name);
  return inBrackets(`as a shell reports ${name}${what === undefined ? "" : `: ${what}`}`);
}

const inBrackets = (text: string | undefined): string => (text === undefined ? "" : ` (${text})`);
