import type { History } from "../history.ts";

export default {
  about:
    "the host reboots, and what starts agents at boot takes three minutes: nothing is done beside it",
  agents: { a: {}, b: {}, c: { vouches: "no" } },
  steps: [
    { at: "20m", happens: [{ reboots: "10m" }] },
    {
      at: "33m",
      happens: [{ starts: "a" }, { starts: "b" }, { starts: "c" }],
      is: { a: "healthy | none | process alive | started 0" },
    },
    {
      at: "1h",
      is: {
        a: "healthy | none | process alive | started 0",
        b: "healthy | none | process alive | started 0",
        c: "healthy | none | started 0",
      },
      suspicion: null,
    },
  ],
} satisfies History;
