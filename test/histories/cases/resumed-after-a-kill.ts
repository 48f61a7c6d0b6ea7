import type { History } from "../history.ts";

export default {
  about:
    "a paused agent was ended, and its mission is resumed: its process is gone, so it is started",
  agents: { rested: {}, b: {} },
  steps: [
    { at: "10m", happens: [{ mission: "rested", step: "pause" }, { kill: "rested" }] },
    {
      at: "1h",
      happens: [{ mission: "rested", step: "resume" }],
      is: { rested: "stale process-gone | critical | process gone | started 0" },
    },
    { at: "1h20s", is: { rested: "healthy | none | process alive | started 1" } },
  ],
} satisfies History;
