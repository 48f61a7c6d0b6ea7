import type { History } from "../history.ts";

export default {
  about:
    "a clean-up removes the worktree of a living agent: told, and no agent is started in the incomplete cell",
  agents: { a: {}, b: {} },
  steps: [
    {
      at: "10m",
      happens: [{ removes: "a", file: "worktree" }],
      is: { a: "incomplete absent | critical | process alive | started 0" },
    },
    { at: "20m", happens: [{ kill: "a" }] },
    { at: "40m", is: { a: "incomplete absent | critical | process gone | started 0" } },
  ],
} satisfies History;
