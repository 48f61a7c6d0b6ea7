import type { History } from "../history.ts";

export default {
  about:
    "a host so busy that every round is late: a silent agent gets its whole limit since the first late round, and is then brought back",
  agents: { dead: { vouches: "no" }, b: { vouches: "no" }, c: {} },
  steps: [
    { at: "20m1s", happens: [{ kill: "dead" }, { starves: "59s" }] },
    { at: "21m1s", happens: [{ starves: "59s" }] },
    { at: "22m1s", happens: [{ starves: "59s" }] },
    { at: "23m1s", happens: [{ starves: "59s" }] },
    { at: "24m1s", happens: [{ starves: "59s" }] },
    {
      at: "24m30s",
      is: { dead: "healthy | none | started 0" },
      suspicion: "starved",
      told: ["suspect starved"],
    },
    { at: "25m1s", happens: [{ starves: "59s" }] },
    { at: "26m1s", happens: [{ starves: "59s" }] },
    { at: "27m1s", happens: [{ starves: "59s" }] },
    { at: "28m", is: { dead: "healthy | none | started 1" } },
    { at: "28m1s", happens: [{ starves: "59s" }] },
    {
      at: "29m",
      is: { dead: "healthy | none | started 1", b: "healthy | none | started 0" },
      suspicion: null,
    },
    {
      at: "40m",
      told: ["stale heartbeat-old dead", "attempted dead", "healthy dead", "suspect-over starved"],
    },
  ],
} satisfies History;
