import type { History } from "../history.ts";

export default {
  about:
    "the daemon cannot see a process, but its wrapper recorded the end: acted upon within two rounds",
  agents: { inside: { vouches: "elsewhere" }, b: {} },
  steps: [
    { at: "20m5s", happens: [{ ends: "inside", exit: { code: 2 } }] },
    {
      at: "20m10s",
      is: { inside: "stale crashed | critical | process unknown | exit 2 | started 0" },
    },
    {
      at: "20m20s",
      is: { inside: "stale crashed | critical | process unknown | exit 2 | started 1" },
    },
  ],
} satisfies History;
