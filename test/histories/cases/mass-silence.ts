import type { History } from "../history.ts";

export default {
  about:
    "all agents fall silent at one moment, as when their disk hangs, and come back five minutes later",
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
        { hangs: "a0" },
        { hangs: "a1" },
        { hangs: "a2" },
        { hangs: "a3" },
        { hangs: "a4" },
        { hangs: "a5" },
        { hangs: "a6" },
        { hangs: "a7" },
        { hangs: "a8" },
        { hangs: "a9" },
      ],
    },
    {
      at: "25m",
      is: {
        a0: "stale heartbeat-old | critical | started 0",
        a9: "stale heartbeat-old | critical | started 0",
      },
      suspicion: "mass-silence",
    },
    {
      at: "28m",
      happens: [
        { goesOn: "a0" },
        { goesOn: "a1" },
        { goesOn: "a2" },
        { goesOn: "a3" },
        { goesOn: "a4" },
        { goesOn: "a5" },
        { goesOn: "a6" },
        { goesOn: "a7" },
        { goesOn: "a8" },
        { goesOn: "a9" },
      ],
      is: { a0: "healthy | none | started 0", a5: "healthy | none | started 0" },
    },
    {
      at: "1h",
      is: { a0: "healthy | none | started 0", a9: "healthy | none | started 0" },
      suspicion: null,
      told: ["suspect mass-silence", "suspect-over mass-silence"],
    },
  ],
} satisfies History;
