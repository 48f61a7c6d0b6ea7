import type { History } from "../history.ts";

export default {
  about:
    "two of three agents die at one moment while the third goes on: no common cause is assumed",
  agents: { a: { vouches: "no" }, b: { vouches: "no" }, c: { vouches: "no" } },
  steps: [
    { at: "20m1s", happens: [{ kill: "a" }, { kill: "b" }] },
    {
      at: "26m",
      is: {
        a: "healthy | none | started 1",
        b: "healthy | none | started 1",
        c: "healthy | none | started 0",
      },
      suspicion: null,
    },
  ],
} satisfies History;
