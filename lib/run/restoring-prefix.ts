/**
 * The programs between the wrapper and a command that restore what Bun has changed.
 *
 * @module
 */
import type { InheritedState } from "./inherited.ts";

/**
 * The argv prefix that restores the caller's limit on open files and ignored signals, hands sockets
 * of systemd on, and then executes the command. Empty when there is nothing to do.
 *
 * prlimit(1) and env(1) are preferred because they change nothing else. They are tested first:
 * env from before 2019 and busybox's cannot ignore signals. If the test fails, or env would take
 * the command's name for a variable, the shell does it, which may add PWD to the environment.
 */
export function restoringPrefix(
  command: string,
  { ignored, openFiles }: Pick<InheritedState, "ignored" | "openFiles">,
): string[] {
  const addressed = addressedPrefix();
  if (openFiles === undefined && ignored.length === 0) return addressed;
  const helpers = [
    ...(openFiles === undefined ? [] : ["prlimit", `--nofile=${openFiles}:`, "--"]),
    ...(ignored.length === 0 ? [] : ["env", `--ignore-signal=${ignored.join(",")}`, "--"]),
  ];
  const isVariable = ignored.length > 0 && addressed.length === 0 && command.includes("=");
  const prefix = !isVariable && canStart(helpers) ? helpers : shellPrefix(openFiles, ignored);
  return [...prefix, ...addressed];
}

/** Variables in which systemd names the process that its sockets or its watchdog are for. */
const ADDRESSES = ["LISTEN_PID", "WATCHDOG_PID"];

/** Addresses to the command what is addressed to us: only its own process knows its pid. */
function addressedPrefix(): string[] {
  const names = ADDRESSES.filter((name) => process.env[name] === `${process.pid}`);
  if (names.length === 0) return [];
  const script = names.map((name) => `${name}=$$; export ${name}; `).join("");
  // The id of our pidfd, which names us as well.
  return ["/bin/sh", "-c", `unset LISTEN_PIDFDID; ${script}exec "$@"`, "sh"];
}

/** True when the helpers can start a program. */
export function canStart(helpers: readonly string[]): boolean {
  try {
    const silent = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
    return Bun.spawnSync([...helpers, "true"], silent).exitCode === 0;
  } catch {
    return false;
  }
}

function shellPrefix(limit: number | undefined, ignored: readonly number[]): string[] {
  const script = [
    ...(limit === undefined ? [] : [`ulimit -S -n ${limit}`]),
    ...(ignored.length === 0 ? [] : [`trap "" ${ignored.join(" ")}`]),
    'exec "$@"',
  ];
  return ["/bin/sh", "-c", script.join("; "), "sh"];
}
