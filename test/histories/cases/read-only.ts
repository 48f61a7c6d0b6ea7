import type { History } from "../history.ts";

export default {
  about: "the file system turns read-only after an error, and is remounted",
  agents: {
    a: {},
    b: { every: 30 },
    c: { vouches: "no" },
    d: { every: 300 },
    e: { vouches: "no" },
  },
  steps: [
    { at: "10m", happens: [{ disk: { isReadOnly: true } }], suspicion: "read-only" },
    {
      at: "30m",
      is: {
        a: "stale heartbeat-old | critical | process alive | started 0",
        c: "stale heartbeat-old | critical | started 0",
      },
      suspicion: "read-only",
    },
    {
      at: "1h",
      happens: [{ disk: { isReadOnly: false } }],
      is: {
        c: "stale heartbeat-old | critical | started 0",
        e: "stale heartbeat-old | critical | started 0",
      },
    },
    {
      at: "1h6m",
      is: {
        a: "healthy | none | process alive | started 0",
        c: "healthy | none | started 0",
        d: "healthy | none | process alive | started 0",
        e: "healthy | none | started 0",
      },
    },
    { at: "1h30m", suspicion: null, told: ["suspect read-only", "suspect-over read-only"] },
  ],
} satisfies History;
