import type { History } from "../history.ts";

export default {
  about:
    "an agent is killed while the disk is full: its process is seen to be gone, and the full disk is no excuse",
  agents: { dead: {}, b: {}, c: {} },
  steps: [
    { at: "10m", happens: [{ disk: { freeBytes: 0 } }] },
    {
      at: "20m",
      happens: [{ kill: "dead" }],
      is: { dead: "stale process-gone | critical | process gone | started 0" },
      suspicion: "disk-full",
    },
    {
      at: "20m20s",
      is: {
        dead: "stale process-gone | critical | process gone | started 1",
        b: "stale heartbeat-old | critical | process alive | started 0",
      },
    },
    {
      // The revived agent runs, but the full disk takes none of its beats.
      at: "1h30m",
      is: { dead: "stale process-gone | critical | process gone | started 1" },
    },
    {
      at: "1h32m",
      happens: [{ disk: { freeBytes: 1e9 } }],
    },
    {
      at: "1h50m",
      is: { dead: "healthy | none | process alive | started 1" },
    },
  ],
} satisfies History;
