import type { History } from "../history.ts";

export default {
  about: "an hour after a mass silence one agent really dies: the old suspicion does not cover it",
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
    {
      at: "20m1s",
      happens: [
        { hangs: "a0" },
        { hangs: "a1" },
        { hangs: "a2" },
        { hangs: "a3" },
        { hangs: "a4" },
        { hangs: "a5" },
        { hangs: "a6" },
        { hangs: "a7" },
        { hangs: "a8" },
        { hangs: "a9" },
      ],
    },
    {
      at: "26m",
      happens: [
        { goesOn: "a0" },
        { goesOn: "a1" },
        { goesOn: "a2" },
        { goesOn: "a3" },
        { goesOn: "a4" },
        { goesOn: "a5" },
        { goesOn: "a6" },
        { goesOn: "a7" },
        { goesOn: "a8" },
        { goesOn: "a9" },
      ],
    },
    { at: "1h20m1s", happens: [{ kill: "a4" }] },
    {
      at: "1h26m",
      is: { a4: "healthy | none | started 1", a0: "healthy | none | started 0" },
      suspicion: null,
    },
  ],
} satisfies History;
