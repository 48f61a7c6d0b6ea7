import type { History } from "../history.ts";

export default {
  about:
    "a full disk silences everyone: told once by its name, nobody is restarted, told when it is over",
  agents: {
    a: {},
    b: { every: 30 },
    c: { vouches: "no" },
    d: { every: 300 },
    e: { vouches: "no" },
  },
  steps: [
    { at: "10m", happens: [{ disk: { freeBytes: 0 } }], suspicion: "disk-full" },
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
      happens: [{ disk: { freeBytes: 1e9 } }],
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
