import type { History } from "../history.ts";

export default {
  about: "a mission is paused and its agent ended: nobody misses it",
  agents: { rested: {}, b: {} },
  steps: [
    { at: "10m", happens: [{ mission: "rested", step: "pause" }, { kill: "rested" }] },
    {
      at: "1h",
      is: { rested: "healthy resting | none | process gone | started 0" },
      suspicion: null,
      told: [],
    },
  ],
} satisfies History;
