import type { History } from "../history.ts";

export default {
  about: "a disk without inodes silences everyone, though it has room",
  agents: {
    a: {},
    b: { every: 30 },
    c: { vouches: "no" },
    d: { every: 300 },
    e: { vouches: "no" },
  },
  steps: [
    { at: "10m", happens: [{ disk: { freeInodes: 0 } }], suspicion: "disk-full" },
    {
      at: "30m",
      is: {
        a: "stale heartbeat-old | critical | process alive | started 0",
        c: "stale heartbeat-old | critical | started 0",
      },
      suspicion: "disk-full",
    },
    {
      at: "1h",
      happens: [{ disk: { freeInodes: 1000 } }],
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
    { at: "1h30m", suspicion: null, told: ["suspect disk-full", "suspect-over disk-full"] },
  ],
} satisfies History;
