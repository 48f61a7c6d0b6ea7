import type { History } from "../history.ts";

export default {
  about:
    "all processes are killed at once: that is seen, not guessed, and all are brought back, a few a round",
  agents: { a0: {}, a1: {}, a2: {}, a3: {}, a4: {}, a5: {}, a6: {}, a7: {}, a8: {}, a9: {} },
  steps: [
    {
      at: "20m5s",
      happens: [
        { kill: "a0" },
        { kill: "a1" },
        { kill: "a2" },
        { kill: "a3" },
        { kill: "a4" },
        { kill: "a5" },
        { kill: "a6" },
        { kill: "a7" },
        { kill: "a8" },
        { kill: "a9" },
      ],
    },
    {
      at: "20m10s",
      is: { a0: "stale process-gone | critical | process gone | started 0" },
      suspicion: null,
    },
    {
      at: "21m10s",
      is: {
        a0: "healthy | none | process alive | started 1",
        a9: "healthy | none | process alive | started 1",
      },
      suspicion: null,
    },
  ],
} satisfies History;
