import type { History } from "../history.ts";

export default {
  about:
    "an agent hangs, and its process runs: told by that name, and nobody acts, until it has ended",
  agents: { hung: {}, other: {}, third: {} },
  steps: [
    { at: "10m1s", happens: [{ hangs: "hung" }], told: [] },
    {
      at: "15m10s",
      is: { hung: "stale heartbeat-old | critical | process alive | started 0" },
      suspicion: null,
      told: ["silent-but-running hung"],
    },
    {
      at: "1h30m",
      is: { hung: "stale heartbeat-old | critical | process alive | started 0" },
      told: [],
    },
    { at: "1h30m1s", happens: [{ kill: "hung" }] },
    { at: "1h30m10s", is: { hung: "stale process-gone | critical | process gone | started 0" } },
    { at: "1h30m30s", is: { hung: "healthy | none | process alive | started 1" } },
  ],
} satisfies History;
