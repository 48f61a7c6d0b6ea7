/**
 * Servers among the children of a command, in a tree that an agent makes as large as it likes.
 */
import { expect, test } from "bun:test";
import { ChildServers } from "../../lib/run/child-servers.ts";
import type { ProcessActivity } from "../../lib/run/tree-activity.ts";

/** Beyond the kernel's PID_MAX_LIMIT: no process has such a pid. */
const FIRST_PID = 2 ** 23;

class CountedTree extends Map<number, ProcessActivity> {
  looks = 0;
  override get(pid: number) {
    this.looks++;
    return super.get(pid);
  }
}

test("the work for a chain of processes grows with its length, not with the square of it", () => {
  const length = 500;
  const tree = new CountedTree();
  for (let at = 0; at < length; at++)
    tree.set(FIRST_PID + at, { parent: FIRST_PID + at - 1, ticks: 0, bytes: 0, writes: 0 });
  expect(new ChildServers(10).find(tree, 0)).toEqual(new Set());
  expect(tree.looks).toBeLessThan(10 * length);
});
