import type { History } from "../history.ts";

export default {
  about: "the only agent of a host dies: one silence needs no common cause",
  agents: { only: { vouches: "no" } },
  steps: [
    { at: "20m1s", happens: [{ kill: "only" }] },
    { at: "25m30s", is: { only: "healthy | none | started 1" }, suspicion: null },
  ],
} satisfies History;
