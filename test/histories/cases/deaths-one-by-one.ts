import type { History } from "../history.ts";

export default {
  about: "three of ten agents die minutes apart: no common cause, each is brought back",
  agents: {
    a0: { vouches: "no" },
    a1: { vouches: "no" },
    a2: { vouches: "no" },
    a3: { vouches: "no" },
    a4: { vouches: "no" },
    a5: { vouches: "no" },
    a6: { vouches: "no" },
    a7: { vouches: "no" },
    a8: { vouches: "no" },
    a9: { vouches: "no" },
  },
  steps: [
    { at: "20m", happens: [{ kill: "a0" }] },
    {
      at: "27m",
      happens: [{ kill: "a1" }],
      is: { a0: "healthy | none | started 1" },
      suspicion: null,
    },
    {
      at: "34m",
      happens: [{ kill: "a2" }],
      is: { a1: "healthy | none | started 1" },
      suspicion: null,
    },
    {
      at: "41m",
      is: { a2: "healthy | none | started 1", a3: "healthy | none | started 0" },
      suspicion: null,
    },
  ],
} satisfies History;
