import type { History } from "../history.ts";

export default {
  about: "a silent agent beats in the round that would have started another one",
  agents: { late: { vouches: "no" }, b: {}, c: {} },
  steps: [
    { at: "10m1s", happens: [{ hangs: "late" }] },
    { at: "14m50s", is: { late: "stale heartbeat-old | critical | started 0" } },
    { at: "14m55s", happens: [{ goesOn: "late" }] },
    { at: "1h", is: { late: "healthy | none | started 0" } },
  ],
} satisfies History;
