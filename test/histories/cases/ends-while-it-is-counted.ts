import type { History } from "../history.ts";

export default {
  about: "a mission completes while its silent agent is about to be called dead",
  agents: { done: { vouches: "no" }, b: {}, c: {} },
  steps: [
    { at: "10m1s", happens: [{ kill: "done" }] },
    { at: "14m30s", is: { done: "stale heartbeat-old | critical | started 0" } },
    { at: "14m45s", happens: [{ mission: "done", step: "complete" }] },
    { at: "1h", is: { done: "healthy resting | none | started 0" }, suspicion: null },
  ],
} satisfies History;
