/**
 * The processes of a running command, also those that have left its process group.
 *
 * @module
 */
import { isDead, signalSame } from "../host/process.ts";
import { describeErrno, errnoOf } from "../host/errno.ts";
import { describeProcess } from "../host/process-name.ts";
import { listProcesses } from "../host/process-list.ts";
import { isProtected, sendSignal } from "../host/send-signal.ts";
import type { RunningCommand } from "./command.ts";
import { treeMembers } from "./rules/tree-members.ts";
import { signalTarget } from "./signals.ts";

/** A process of the command that lives. */
interface TreeProcess {
  readonly pid: number;
  readonly start: number;
  readonly group: number;
  readonly state: string;
}

/**
 * The tree of one command. What has belonged to it once still does after its parent has ended, so
 * its processes are listed before signals end the parents.
 */
export class CommandTree {
  readonly #running: RunningCommand;
  readonly #known = new Map<number, number>();
  #hasEnded = false;
  #whyUnlisted: string | undefined;

  constructor(running: RunningCommand) {
    this.#running = running;
    void running.exited.then(() => (this.#hasEnded = true));
  }

  /** True while the command, or its group, has only processes of others that `/proc` hides from us. */
  isHidden(): boolean {
    const target = signalTarget(this.#running);
    return (target < 0 || !this.#hasEnded) && isProtected(target) && this.living().length === 0;
  }

  /** Why the last look saw the command alone, and none of its other processes; undefined if it saw all. */
  get whyUnlisted(): string | undefined {
    return this.#whyUnlisted;
  }

  /** The processes that live now. If they cannot be listed: the command itself, until it has ended. */
  living(): TreeProcess[] {
    const { pid: top, start, isLeader } = this.#running;
    const all = this.#list();
    if (all === undefined)
      return this.#hasEnded
        ? []
        : [{ pid: top, start: start ?? 0, group: isLeader ? top : 0, state: "?" }];
    const members = treeMembers(all, { top, start, runner: process.pid, known: this.#known });
    return [...members].flatMap((pid) => {
      const facts = all.get(pid);
      if (facts === undefined || isDead(facts)) return [];
      this.#known.set(pid, facts.start);
      return [{ pid, start: facts.start, group: facts.group, state: facts.state }];
    });
  }

  /** Undefined after a system error, as without a free file descriptor. */
  #list(): ReturnType<typeof listProcesses> | undefined {
    try {
      this.#whyUnlisted = undefined;
      return listProcesses();
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      this.#whyUnlisted = describeErrno(error);
      return undefined;
    }
  }

  /** Sends signals to all processes: to the command's group at once, to others one by one. */
  signal(...signals: readonly string[]): void {
    const target = signalTarget(this.#running);
    const living = this.living();
    const isInGroup = ({ group }: TreeProcess) => group === -target;
    const alone = living.filter((each) => !isInGroup(each) && each.pid !== target);
    const isTargetOurs = !this.#hasEnded || living.some(isInGroup);
    for (const signal of signals) {
      if (isTargetOurs) sendSignal(target, signal);
      for (const { pid, start } of alone) signalSame(pid, start, signal);
    }
  }
}

/** With more processes than this, the others are only counted. */
const NAMED = 4;

/** Describes what SIGKILL did not end, and why; undefined if nothing is left. */
export function describeSurvivors(tree: CommandTree): string | undefined {
  if (tree.isHidden()) return "a process that is hidden from this user";
  const left = tree.living();
  const more = left.length - NAMED;
  const named = left.slice(0, NAMED).map(describeSurvivor);
  return left.length === 0
    ? undefined
    : [...named, ...(more > 0 ? [`${more} more`] : [])].join("; ");
}

function describeSurvivor({ pid, state }: TreeProcess): string {
  const why = isProtected(pid)
    ? "operation not permitted (EPERM)"
    : `SIGKILL has no effect yet, in state ${state}${state === "D" ? ", waiting for a device" : ""}`;
  return `the ${describeProcess(pid)}: ${why}`;
}
