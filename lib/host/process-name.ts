/**
 * Which program a process runs, and what kind of program that is.
 *
 * @module
 */
import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { printable } from "../base/printable.ts";
import { readProcFile, userOf } from "./process.ts";

/** Executables that are several programs: the name in argv[0] selects one. */
const MULTI_CALL: readonly string[] = ["busybox", "toybox", "coreutils"];

const SHELLS: ReadonlySet<string> = new Set(
  "sh bash dash zsh ash ksh ksh93 mksh lksh yash fish rbash tcsh csh".split(" "),
);

/** Programs that start one other program, and wait for it or are replaced by it. */
const HELPERS: ReadonlySet<string> = new Set(
  `env timeout nice ionice chrt taskset setsid setpriv stdbuf nohup time prlimit flock unshare nsenter chroot xargs
   sudo doas su runuser setuidgid faketime strace`.split(/\s+/),
);

/** Programs that manage a session, a terminal or a host: they outlive agents. */
const SESSIONS: ReadonlySet<string> = new Set(
  `init systemd tini dumb-init docker-init catatonit s6-svscan runit runsvdir supervisord launchd openrc-init
   login sshd sshd-session dropbear tmux screen cron crond anacron atd conmon containerd-shim containerd-shim-runc-v2`.split(
    /\s+/,
  ),
);

/** The kinds of program above; `other` may be an agent. */
export type ProgramKind = "shell" | "helper" | "session" | "other";

/**
 * The kind of the program that a process runs; undefined if there is no such process. The file is
 * decisive, not the process's own name, which in a script is the script's.
 */
export function programKind(pid: number): ProgramKind | undefined {
  const name = programName(pid);
  if (name === undefined) return undefined;
  if (SHELLS.has(name)) return "shell";
  if (HELPERS.has(name)) return "helper";
  return SESSIONS.has(name) ? "session" : "other";
}

/** Describes a process for a message: `process 12 (sleep) of user 0`. */
export function describeProcess(pid: number): string {
  // The kernel's name: at most 15 bytes, which the process can choose.
  const name = Buffer.from(readProcFile(pid, "comm") ?? "", "latin1")
    .toString()
    .trim();
  const user = userOf(pid);
  return `process ${pid}${name && ` (${printable(name)})`}${user === undefined ? "" : ` of user ${user}`}`;
}

function programName(pid: number): string | undefined {
  const name = executableName(pid) ?? readProcFile(pid, "comm")?.trim();
  if (name === undefined || !MULTI_CALL.includes(name)) return name;
  const called = readProcFile(pid, "cmdline")?.split("\0")[0] ?? name;
  return basename(called).replace(/^-/, "");
}

/** The name of the executed file; undefined for another user's process. */
function executableName(pid: number): string | undefined {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ""));
  } catch {
    return undefined;
  }
}
