import type { History } from "../history.ts";

export default {
  about:
    "a mission rests over night; after the resume its agent gets the whole limit for its first beat",
  agents: { rested: { vouches: "no" }, other: {}, third: {} },
  steps: [
    {
      at: "5m",
      happens: [{ mission: "rested", step: "pause" }, { hangs: "rested" }],
      is: { rested: "healthy resting | none | started 0" },
    },
    {
      at: "1h",
      happens: [{ mission: "rested", step: "resume" }],
      is: { rested: "healthy | none | started 0" },
    },
    { at: "1h3m50s", is: { rested: "healthy | none | started 0" }, suspicion: null },
    { at: "1h3m55s", happens: [{ goesOn: "rested" }] },
    { at: "4h", is: { rested: "healthy | none | started 0" }, told: [] },
  ],
} satisfies History;
