import type { History } from "../history.ts";

export default {
  about: "a command ends with 0 while its mission is active: told, and not started anew by default",
  agents: { done: {} },
  steps: [
    {
      at: "5m",
      happens: [{ ends: "done", exit: { code: 0 } }],
      is: { done: "stale exited | warning | process gone | exit 0 | started 0" },
    },
    {
      at: "1h",
      is: { done: "stale exited | warning | process gone | exit 0 | started 0" },
      told: ["stale exited done"],
    },
  ],
} satisfies History;
