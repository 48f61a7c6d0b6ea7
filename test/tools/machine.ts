/**
 * A machine for tests: systemd booted in systemd-nspawn, over an overlay of this host's files.
 *
 * Nothing done in it reaches the host: its file system is thrown away, and its network is
 * its own. The repository is at /mnt in it, read only.
 *
 * @module
 */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "bun:test";
import { eventually } from "./background.ts";
import { lacking } from "./needs.ts";
import { type Ended, run } from "./program.ts";
import { succeeds } from "./privileges.ts";

const ROOT = join(import.meta.dir, "../..");
const KEEPER = join(import.meta.dir, "machine.sh");

/** Why no machine can be booted here, as the end of a test's name; empty where one can. */
export const noMachine =
  lacking("root", "systemd-nspawn", "dbus-daemon", "nsenter", "setpriv") || refused();

export interface Machine {
  /** Runs a shell script in it as root, or as a user with a group of the same name; it stops at its first error. */
  sh(script: string, user?: string): Promise<Ended>;
  /** The same, where an error is the test's. Gives what it printed. */
  must(script: string, user?: string): Promise<string>;
  /** Waits until the script ends well, and gives what it printed. */
  until(script: string): Promise<string>;
  /** Sends a signal to one process of it, and to none where `pid` names none. */
  signal(pid: string, name: "KILL" | "STOP"): Promise<void>;
}

/** Gives a function that boots a machine; it is gone at the end of the test file. */
export function machines(): () => Promise<Machine> {
  const stops: (() => Promise<unknown>)[] = [];
  afterAll(async () => void (await Promise.all(stops.map((stop) => stop()))), 30_000);
  return async () => {
    const base = mkdtempSync(join(tmpdir(), "lazarus-pit-machine-"));
    // Detached: when the test's process group is killed, the keeper survives and cleans up.
    const keeper = Bun.spawn([KEEPER, base, ROOT], {
      stdin: "pipe",
      stdout: "pipe",
      detached: true,
    });
    stops.push(async () => keeper.stdin.end() && keeper.exited);
    const { value } = await keeper.stdout.getReader().read();
    const machine = machineOf(() => leaderOf(Number(new TextDecoder().decode(value))));
    await machine.until("systemctl is-system-running --wait || systemctl is-active dbus");
    return machine;
  };
}

/** `leader` gives the process that is the machine's first. */
function machineOf(leader: () => number): Machine {
  const sh = (script: string, user = "root") =>
    run([...inside(leader(), user), "sh", "-euc", script]);
  const must = async (script: string, user?: string) => {
    const { code, stdout, stderr } = await sh(script, user);
    if (code !== 0) throw new Error(`${script}\nended with ${code}: ${stdout}${stderr}`);
    return stdout.trim();
  };
  return { sh, must, until, signal };

  async function signal(pid: string, name: string): Promise<void> {
    // To kill, 0 and -1 are more than one process, and not all of them the machine's.
    if (!/^[1-9]\d*$/.test(pid) || pid === "1") throw new Error(`There is no process ${pid}`);
    await must(`kill -${name} ${pid}`);
  }

  async function until(script: string): Promise<string> {
    let last: unknown;
    const attempt = () => must(script).catch((error: unknown) => void (last = error));
    return eventually(attempt).catch(() => Promise.reject(last));
  }
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The start of a command line that runs the rest in the machine, as one of its users. */
function inside(pid: number, user: string): string[] {
  const as = ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--init-groups"];
  const env = ["env", "-i", "--chdir=/mnt", "LANG=C", `PATH=${PATH}`];
  return ["nsenter", `--target=${pid}`, "--all", ...env, ...as];
}

/** Below unshare is systemd-nspawn, and below that the machine's first process. */
function leaderOf(unshare: number): number {
  const [nspawn = 0] = childrenOf(unshare);
  const leader = childrenOf(nspawn).find((pid) => commandOf(pid) === "systemd");
  if (leader === undefined) throw new Error("The machine does not run");
  return leader;
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, "utf8").trim();

/** A container may forbid what a machine is made of, also to root. */
function refused(): string {
  const parts = [
    "test -w /sys/fs/cgroup",
    "mount -t tmpfs none /mnt && mkdir /mnt/upper /mnt/work /mnt/root",
    "mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work none /mnt/root",
  ];
  const apart = ["unshare", "--mount", "--propagation=private", "--pid", "--fork"];
  const can = succeeds([...apart, "sh", "-euc", parts.join("\n")]);
  return can ? "" : " (skipped: needs a host where root may mount an overlay and make cgroups)";
}
