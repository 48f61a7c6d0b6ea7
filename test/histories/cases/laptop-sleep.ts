import type { History } from "../history.ts";

export default {
  about: "a laptop sleeps for eight hours: the agents beat again when their timers go on",
  agents: { a: { vouches: "no" }, slow: { every: 300, vouches: "no" }, c: {} },
  steps: [
    { at: "20m", happens: [{ sleeps: "8h" }] },
    {
      at: "8h20m10s",
      is: { slow: "stale heartbeat-old | critical | started 0" },
      suspicion: "suspended",
    },
    {
      at: "8h26m",
      is: {
        a: "healthy | none | started 0",
        slow: "healthy | none | started 0",
        c: "healthy | none | process alive | started 0",
      },
    },
    {
      at: "9h",
      is: { a: "healthy | none | started 0", slow: "healthy | none | started 0" },
      suspicion: null,
    },
  ],
} satisfies History;
