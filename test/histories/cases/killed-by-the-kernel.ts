import type { History } from "../history.ts";

export default {
  about: "the kernel kills an agent for want of memory, and its wrapper records the signal",
  agents: { dead: {}, other: {} },
  steps: [
    {
      at: "5m",
      happens: [{ ends: "dead", exit: { signal: "SIGKILL" } }],
      is: { dead: "stale crashed | critical | process gone | exit SIGKILL | started 0" },
    },
    {
      at: "5m10s",
      is: { dead: "stale crashed | critical | process gone | exit SIGKILL | started 1" },
    },
  ],
} satisfies History;
