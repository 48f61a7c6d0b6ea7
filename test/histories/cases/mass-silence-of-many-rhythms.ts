import type { History } from "../history.ts";

export default {
  about:
    "a disk hangs under agents of different rhythms: the fast ones are silent first, and no one is restarted",
  agents: {
    f0: { every: 30, vouches: "no" },
    f1: { every: 30, vouches: "no" },
    f2: { every: 30, vouches: "no" },
    f3: { every: 30, vouches: "no" },
    s0: { every: 600, vouches: "no" },
    s1: { every: 600, vouches: "no" },
    s2: { every: 600, vouches: "no" },
    s3: { every: 600, vouches: "no" },
    s4: { every: 600, vouches: "no" },
    s5: { every: 600, vouches: "no" },
  },
  steps: [
    {
      at: "1h1s",
      happens: [
        { hangs: "f0" },
        { hangs: "f1" },
        { hangs: "f2" },
        { hangs: "f3" },
        { hangs: "s0" },
        { hangs: "s1" },
        { hangs: "s2" },
        { hangs: "s3" },
        { hangs: "s4" },
        { hangs: "s5" },
      ],
    },
    { at: "1h4m", is: { f0: "stale heartbeat-old | critical | started 0" } },
    {
      at: "1h9m",
      is: {
        f0: "stale heartbeat-old | critical | started 0",
        f3: "stale heartbeat-old | critical | started 0",
      },
    },
    {
      at: "1h10m",
      happens: [
        { goesOn: "f0" },
        { goesOn: "f1" },
        { goesOn: "f2" },
        { goesOn: "f3" },
        { goesOn: "s0" },
        { goesOn: "s1" },
        { goesOn: "s2" },
        { goesOn: "s3" },
        { goesOn: "s4" },
        { goesOn: "s5" },
      ],
      is: { f0: "healthy | none | started 0", s0: "healthy | none | started 0" },
    },
    {
      at: "2h",
      is: { f0: "healthy | none | started 0", s5: "healthy | none | started 0" },
      suspicion: null,
    },
  ],
} satisfies History;
