import type { History } from "../history.ts";

export default {
  about: "the host reboots and nobody starts the agents: acted upon after the limit, by the boot",
  agents: { a: {}, b: {}, c: { vouches: "no" } },
  steps: [
    { at: "20m", happens: [{ reboots: "2m" }] },
    { at: "22m10s", is: { a: "healthy | none | process unknown | started 0" } },
    { at: "25m", is: { a: "stale process-gone | critical | process gone | started 0" } },
    {
      at: "28m",
      is: {
        a: "healthy | none | process alive | started 1",
        b: "healthy | none | process alive | started 1",
      },
    },
  ],
} satisfies History;
