/** Who wrote a beat, by the boot and the process that it names. */
import { expect, test } from "bun:test";
import { authorOf } from "../../lib/cell/heartbeat/beat-author.ts";
import type { Heartbeat } from "../../lib/contract/heartbeat.ts";
import { bootId, hostName, thisProcess } from "../../lib/host/host.ts";
import { ID, NOON } from "../tools/facts.ts";

const SELF = { runner: thisProcess(), runId: "ours" };
const HIDDEN = "00000000-0000-0000-0000-000000000000";

const beatOf = (changes: Partial<Heartbeat>): Heartbeat => ({
  schema_version: 1,
  mission_id: ID,
  seq: 3,
  state: "working",
  timestamp: NOON.toISOString(),
  run_id: "theirs",
  host: hostName(),
  ...changes,
});

test.each([
  ["of this boot, which vouches for nothing", { boot_id: bootId() }, "agent"],
  ["without a boot", {}, "agent"],
  ["of another boot", { boot_id: "11111111-1111-4111-8111-111111111111" }, "other"],
  ["from a sandbox that hides the boot", { boot_id: HIDDEN }, "agent"],
  [
    "from there, which vouches for a process",
    { boot_id: HIDDEN, process: { boot_id: HIDDEN, pid: 7, start_ticks: 8 } },
    "agent",
  ],
  ["from there, on another host", { boot_id: HIDDEN, host: "elsewhere" }, "other"],
] as const)("a beat %s", (_, changes, who) => {
  expect(authorOf(beatOf(changes), SELF).who).toBe(who);
});
