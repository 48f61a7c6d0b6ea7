import type { History } from "../history.ts";

export default {
  about:
    "the root's disk is not mounted after an update: another directory is there, told once, nothing is done",
  agents: { a: {}, b: {}, c: { vouches: "no" } },
  steps: [
    {
      at: "10m",
      happens: [{ root: "is-replaced" }],
      suspicion: "root-replaced",
      is: { a: "no cell" },
    },
    {
      at: "30m",
      happens: [{ root: "is-back" }],
      is: { c: "stale heartbeat-old | critical | started 0" },
    },
    {
      at: "32m",
      is: { a: "healthy | none | process alive | started 0", c: "healthy | none | started 0" },
      suspicion: null,
    },
  ],
} satisfies History;
