import type { History } from "../history.ts";

export default {
  about: "the clock is set an hour back: all beats lie in the future until the next ones",
  agents: { a: { vouches: "no" }, b: {}, c: {} },
  steps: [
    { at: "20m5s", happens: [{ clock: -3600 }] },
    {
      at: "20m10s",
      is: { a: "stale heartbeat-ahead | warning | started 0" },
      suspicion: "clock-step",
    },
    {
      at: "21m10s",
      is: { a: "healthy | none | started 0", b: "healthy | none | process alive | started 0" },
    },
    { at: "1h", is: { a: "healthy | none | started 0" }, suspicion: null },
  ],
} satisfies History;
