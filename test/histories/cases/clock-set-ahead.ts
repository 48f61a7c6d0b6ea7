import type { History } from "../history.ts";

export default {
  about: "the clock is set an hour ahead: all beats look old until the next ones",
  agents: { a: { vouches: "no" }, slow: { every: 600, vouches: "no" }, c: {} },
  steps: [
    { at: "20m5s", happens: [{ clock: 3600 }] },
    {
      at: "20m10s",
      is: {
        a: "stale heartbeat-old | critical | started 0",
        slow: "stale heartbeat-old | critical | started 0",
      },
      suspicion: "clock-step",
    },
    {
      at: "21m10s",
      is: { a: "healthy | none | started 0", c: "healthy | none | process alive | started 0" },
    },
    { at: "31m", is: { slow: "healthy | none | started 0" } },
    {
      at: "1h30m",
      is: { a: "healthy | none | started 0", slow: "healthy | none | started 0" },
      suspicion: null,
      told: ["suspect clock-step", "suspect-over clock-step"],
    },
  ],
} satisfies History;
