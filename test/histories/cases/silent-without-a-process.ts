import type { History } from "../history.ts";

export default {
  about:
    "an agent that names no process is dead by silence alone, after its limit and the settling",
  agents: { dead: { vouches: "no" }, other: {}, third: {} },
  steps: [
    { at: "10m1s", happens: [{ kill: "dead" }] },
    { at: "13m50s", is: { dead: "healthy | none | started 0" } },
    { at: "14m10s", is: { dead: "stale heartbeat-old | critical | started 0" }, suspicion: null },
    { at: "14m50s", is: { dead: "stale heartbeat-old | critical | started 0" } },
    { at: "15m", is: { dead: "stale heartbeat-old | critical | started 1" } },
    { at: "15m10s", is: { dead: "healthy | none | started 1" } },
  ],
} satisfies History;
