/**
 * As the first process of a container, the wrapper becomes the parent of every process whose own
 * parent has ended, and has to take their exit status: otherwise they stay zombies, which count
 * towards the limit on processes.
 *
 * @module
 */
import { childrenOf, processFacts } from "../host/process.ts";

/** Bun takes the status of the children that it has started much earlier than this. */
const REAP_AFTER_MS = 50;

/** Reaps all children but `command` until this process ends, if it is the first one. */
export async function reapOrphans(command: number): Promise<void> {
  if (process.pid !== 1) return;
  const { loadReaper } = await import("../host/syscalls/wait.ts");
  const reap = loadReaper();
  if (reap === undefined) return;
  let isPlanned = false;
  let last: readonly number[] = [];
  const reapZombies = () => {
    isPlanned = false;
    const zombies = zombiesOf(1).filter((pid) => pid !== command);
    for (const pid of zombies) if (last.includes(pid)) reap(pid);
    last = zombies.filter((pid) => !last.includes(pid));
    if (last.length > 0) plan();
  };
  const plan = () => {
    if (!isPlanned) setTimeout(reapZombies, REAP_AFTER_MS).unref();
    isPlanned = true;
  };
  process.on("SIGCHLD", plan);
  plan();
}

const zombiesOf = (parent: number): number[] =>
  (childrenOf(parent) ?? []).filter((pid) => processFacts(pid)?.state === "Z");
