import type { History } from "../history.ts";

export default {
  about: "of two agents both fall silent: one cause explains it, for ten minutes",
  agents: { a: { vouches: "no" }, b: { vouches: "no" } },
  steps: [
    { at: "20m", happens: [{ kill: "a" }, { kill: "b" }] },
    {
      at: "25m",
      is: { a: "stale heartbeat-old | critical | started 0" },
      suspicion: "mass-silence",
    },
    {
      at: "30m",
      is: {
        a: "stale heartbeat-old | critical | started 0",
        b: "stale heartbeat-old | critical | started 0",
      },
    },
    {
      at: "40m",
      is: { a: "healthy | none | started 1", b: "healthy | none | started 1" },
      suspicion: null,
    },
  ],
} satisfies History;
