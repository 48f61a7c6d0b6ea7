import type { History } from "../history.ts";

export default {
  about: "a killed agent is seen to be gone, and brought back within two rounds",
  agents: { dead: { every: 60 }, other: { every: 60 } },
  steps: [
    { at: "5m", is: { dead: "healthy | none | process alive | started 0" }, suspicion: null },
    { at: "5m5s", happens: [{ kill: "dead" }] },
    { at: "5m10s", is: { dead: "stale process-gone | critical | process gone | started 0" } },
    { at: "5m20s", is: { dead: "stale process-gone | critical | process gone | started 1" } },
    {
      at: "5m30s",
      is: {
        dead: "healthy | none | process alive | started 1",
        other: "healthy | none | process alive | started 0",
      },
    },
    { at: "20m", is: { dead: "healthy | none | process alive | started 1" } },
  ],
} satisfies History;
