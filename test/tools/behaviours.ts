/**
 * A hundred and more ways in which a command behaves, for tests of what wraps one.
 *
 * @module
 */
import { PYTHON } from "./python.ts";
import { SIGNAL_COUNTER } from "./signal-counter.ts";

/** One behaviour: a command, the signals and the input that it gets, and a script that runs it. */
export interface Behaviour {
  readonly argv: readonly [string, ...string[]];
  /** A shell script in which `"$@"` is the command. */
  readonly around?: string;
  readonly input?: string;
  /** Sent to it once it has said "ready". */
  readonly signal?: NodeJS.Signals | number;
  /** Sent to its whole process group, which the shell around it leads. */
  readonly isForGroup?: boolean;
  /** The shell that starts it, not the command, writes to stderr, in words of its own. */
  readonly isToldByShell?: boolean;
  /** How a record of it ends, besides its exit code. */
  readonly record?: { readonly status?: "ok" | "fail"; readonly signal?: string };
}

const sh = (script: string, ...args: string[]): Behaviour => ({
  argv: ["sh", "-c", `ulimit -c 0; ${script}`, "sh", ...args],
});

/** Prints the signal that it gets, and exits with 3. */
const told = (signal: NodeJS.Signals): Behaviour => ({
  ...sh(
    `trap 'echo got ${signal}; exit 3' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`,
  ),
  signal,
});
/** Counts the signals that it gets, alone or with its group, and those that a worker of it gets. */
const counted = (signal: number, isForGroup: boolean): Behaviour => ({
  argv: [PYTHON, "-c", SIGNAL_COUNTER],
  signal,
  isForGroup,
});
const killed = (signal: string): Behaviour => ({
  ...sh(`kill -${signal.slice(3)} $$`),
  record: { status: "fail", signal },
});

const MORTAL = [
  ..."SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGFPE SIGKILL SIGUSR1 SIGSEGV".split(" "),
  ..."SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGXCPU SIGSYS".split(" "),
];
const SENT = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const;

/** SIGHUP, INT, QUIT, ABRT, USR1, USR2, ALRM, TERM, STKFLT, CONT, TSTP, URG, XCPU, VTALRM, PROF, WINCH, IO, PWR, and of the real-time ones the first, RTMIN+3 and the last. */
const COUNTED = [1, 2, 3, 6, 10, 12, 14, 15, 16, 18, 20, 23, 24, 26, 27, 28, 29, 30, 34, 37, 64];

const named = (of: readonly string[], how: string, make: (each: never) => Behaviour) =>
  Object.fromEntries(of.map((each) => [`${how} ${each}`, make(each as never)]));

/** The behaviours by their descriptions. */
export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  ...named(["0", "1", "2", "64", "126", "127", "143", "255"], "exits", (code: string) =>
    sh(`exit ${code}`),
  ),
  ...named(MORTAL, "is killed by", killed),
  "is killed by a real-time signal": {
    ...sh("kill -34 $$"),
    record: { status: "fail", signal: "SIG34" },
  },
  ...named(SENT, "handles", told),
  "handles SIGCONT": told("SIGCONT"),
  ...Object.fromEntries(
    COUNTED.flatMap((signal) => [
      [`gets signal ${signal} alone`, counted(signal, false)],
      [`gets signal ${signal} with its group`, counted(signal, true)],
    ]),
  ),
  "leaves a worker to the signals of its group": {
    ...sh("sleep 60 & echo ready; wait; echo over"),
    signal: "SIGTERM",
    isForGroup: true,
    record: { status: "fail", signal: "SIGTERM" },
  },
  "is ended by SIGTERM": {
    ...sh("echo ready; while :; do sleep 0.05; done"),
    signal: "SIGTERM",
    record: { status: "fail", signal: "SIGTERM" },
  },
  "ignores SIGTERM": {
    ...sh("trap '' TERM; echo ready; sleep 0.5; echo survived"),
    signal: "SIGTERM",
  },
  "is not there": { argv: ["no-such-program"], isToldByShell: true },
  "is not there, by its path": { argv: ["./no/such/program"], isToldByShell: true },
  "has no name": { argv: [""], around: '"$@"; test $? -gt 125', isToldByShell: true },
  "may not be executed": { argv: ["/etc/passwd"], isToldByShell: true },
  "is a directory": { argv: ["/tmp"], isToldByShell: true },
  "is a script without a first line": { argv: ["./plain", "one", "two three"] },
  "is a binary that cannot be executed": { argv: ["./binary"], isToldByShell: true },
  "says nothing": { argv: ["true"] },
  "writes to both outputs": sh("echo out; echo err >&2; printf 'no end'"),
  "writes in turn to both, as one": {
    ...sh("for n in 1 2 3 4 5 6 7 8 9; do echo out $n; echo err $n >&2; done"),
    around: '"$@" 2>&1',
  },
  "writes every byte there is": sh(
    'i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %03o $i)"; i=$((i+1)); done',
  ),
  "opens its outputs again": {
    ...sh("echo one >/dev/stdout; sleep 0.2; echo two >/dev/stderr"),
    around: '"$@" 2>&1 | cat',
  },
  "writes 200 megabytes": {
    argv: ["head", "-c", "200000000", "/dev/zero"],
    around: '"$@" | cksum',
  },
  "loses the reader of its output": {
    argv: ["yes"],
    around: '{ "$@"; echo $? >&2; } | head -n 1',
    record: { status: "fail", signal: "SIGPIPE" },
  },
  "reads its stdin": { argv: ["cat"], input: "one\ntwo\n".repeat(10_000) },
  "reads a part of its stdin, and leaves the rest": {
    argv: ["dd", "bs=1", "count=4", "status=none"],
    around: '"$@"; cat',
    input: "one\ntwo\n",
  },
  "reads an empty stdin": { argv: ["wc", "-c"] },
  "has no stdin": { ...sh("cat; echo $?"), around: '"$@" </dev/null' },
  "closes its stdout": sh("exec >&-; echo x; echo $? >&2; exit 4"),
  "closes its stdin and stderr": sh("exec <&- 2>&-; echo still"),
  "has a third output": { ...sh("echo three >&3; echo nine >&9"), around: '"$@" 3>&1 9>&2' },
  "tells its open files": { argv: ["ls", "/proc/self/fd"], around: '"$@" 5</dev/null 7>&1' },
  "takes arguments of every kind": sh(
    'for each; do printf "[%s]" "$each"; done',
    "",
    " ",
    "a b",
    "$HOME",
    "*",
    "--",
    "--help",
    "--version",
    "--json",
    "-h",
    "é\n\\",
    "'\"",
  ),
  "tells its environment": { argv: ["env"], around: '"$@" | grep -v ^_= | sort' },
  "tells its environment with bytes that are not text": {
    argv: ["env"],
    around: 'X=$(printf "\\377\\376") "$@" | grep -a ^X= | od -c',
  },
  "tells its directory, limits and mask": { ...sh("pwd; umask; ulimit -a; ulimit -Ha") },
  "has a low limit on open files": {
    ...sh("ulimit -Sn; ulimit -Hn"),
    around: 'ulimit -Sn 99; "$@"',
  },
  "has an open file beyond its limit on them": {
    ...sh("echo here; exit 4"),
    around: `exec bash -c 'exec 90</dev/null; ulimit -n 64; "$@"' bash "$@"`,
  },
  "tells its signals": {
    argv: ["grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status"],
  },
  "is to ignore SIGHUP and SIGINT": {
    argv: ["grep", "^SigIgn", "/proc/self/status"],
    around: 'trap "" HUP INT; "$@"',
  },
  "is to ignore SIGPIPE and SIGXFSZ": {
    argv: ["grep", "^SigIgn", "/proc/self/status"],
    around: 'trap "" PIPE XFSZ; "$@"',
  },
  "is to ignore unusual signals": {
    argv: ["grep", "^SigIgn", "/proc/self/status"],
    around: 'trap "" ALRM URG IO PROF TTOU TSTP 34 37 64; "$@"',
  },
  "outlives the reader of its output": {
    ...sh("sleep 0.5; echo line; echo survived >&2"),
    around: 'trap "" PIPE; { "$@" 2>&1 >&3 | cat >&2; } 3>&1 | true',
  },
  "is to block signals": {
    argv: ["grep", "^SigBlk", "/proc/self/status"],
    around: 'env --block-signal=USR1,WINCH "$@"',
  },
  "gets a socket from systemd": {
    ...sh('test "$LISTEN_PID" = $$ && echo mine; cat <&3'),
    around: 'exec 3<plain; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"',
  },
  "has to report to the watchdog of systemd": {
    ...sh('test "$WATCHDOG_PID" = $$ && echo mine'),
    around: 'WATCHDOG_USEC=9 WATCHDOG_PID=$$ exec "$@"',
  },
  "sees a socket that is for another process": {
    ...sh('echo "$LISTEN_PID"'),
    around: 'LISTEN_FDS=1 LISTEN_PID=1 exec "$@"',
  },
  "gets a socket, and ignores a signal": {
    ...sh('test "$LISTEN_PID" = $$ && echo mine; grep ^SigIgn /proc/self/status; cat <&3'),
    around: 'exec 3<plain; trap "" HUP; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"',
  },
  "stays in its caller's process group": {
    ...sh('group() { cut -d" " -f5 "/proc/$1/stat"; }; test "$(group $$)" = "$(group $PPID)"'),
    around: '"$@"; exit $?',
  },
  "changes its directory and removes it": sh(
    'd=$(mktemp -d); cd "$d"; rmdir "$d"; ls; echo here; exit 5',
  ),
  "leaves a background process that writes later": sh("(sleep 0.5; echo late) & echo early"),
  "leaves a daemon in a session of its own": sh("setsid sh -c 'sleep 0.4; echo daemon' & exit 6"),
  "becomes another program": sh("exec sh -c 'echo other; exit 9'"),
  "runs for a second": { argv: ["sleep", "1"] },
  "is told its own name": { argv: ["sh", "-c", "echo $0"] },
};
