/**
 * Samples of what the process tree of a command does.
 *
 * @module
 */
import { TICKS_PER_SECOND } from "../host/process.ts";
import { ChildServers } from "./child-servers.ts";
import type { ProgressJudge } from "./rules/progress-judge.ts";
import { UnseenOutput } from "./rules/unseen-output.ts";
import type { ForwardedOutput } from "./seen-output.ts";
import { type ProcessActivity, type TreeActivity, treeActivity } from "./tree-activity.ts";

/** Takes a sample, and adds what has happened since the last one to a judge. */
export type Sampler = (judge: ProgressJudge, at: number) => void;

/** Takes what the wrapper has forwarded since the last call. */
export type TakeForwarded = () => ForwardedOutput;

/** Observes the tree of `pid`, without the servers that it has started. */
export function treeSampler(pid: number, seconds: number, forwarded: TakeForwarded): Sampler {
  const servers = new ChildServers(seconds);
  let unseen = new UnseenOutput();
  let last: { readonly tree: TreeActivity; readonly at: number } | undefined;
  return (judge, at) => {
    const tree = treeActivity(pid);
    const output = forwarded();
    if (tree === undefined) {
      judge.reset(at);
      unseen = new UnseenOutput();
    } else if (last !== undefined) {
      const { ticks, ...written } = changeBetween(last.tree, tree, servers.find(tree, at));
      const sample = { seconds: at - last.at, cpuSeconds: ticks / TICKS_PER_SECOND };
      judge.add({ ...sample, ...unseen.add(written, output), hasNewLine: output.hasNewLine }, at);
    }
    last = tree && { tree, at };
  };
}

/** What the processes of a tree did between two samples, without those that are excluded. */
function changeBetween(
  before: TreeActivity,
  after: TreeActivity,
  excluded: ReadonlySet<number>,
): Record<"ticks" | "bytes" | "writes", number> {
  const change = (field: Exclude<keyof ProcessActivity, "parent">) => {
    const sum = (tree: TreeActivity) =>
      [...tree].reduce((total, [pid, each]) => total + (excluded.has(pid) ? 0 : each[field]), 0);
    // The sum drops when a child ends that its parent does not wait for.
    return Math.max(0, sum(after) - sum(before));
  };
  return { ticks: change("ticks"), bytes: change("bytes"), writes: change("writes") };
}
