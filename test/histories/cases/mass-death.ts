import type { History } from "../history.ts";

export default {
  about:
    "all agents really died at one moment: the suspicion ends after ten minutes, and all are brought back",
  agents: {
    a0: { vouches: "no" },
    a1: { vouches: "no" },
    a2: { vouches: "no" },
    a3: { vouches: "no" },
    a4: { vouches: "no" },
    a5: { vouches: "no" },
    a6: { vouches: "no" },
    a7: { vouches: "no" },
    a8: { vouches: "no" },
    a9: { vouches: "no" },
  },
  steps: [
    {
      at: "20m",
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
    { at: "25m", suspicion: "mass-silence" },
    { at: "33m", is: { a0: "stale heartbeat-old | critical | started 0" } },
    {
      at: "40m",
      is: { a0: "healthy | none | started 1", a9: "healthy | none | started 1" },
      suspicion: null,
    },
  ],
} satisfies History;
