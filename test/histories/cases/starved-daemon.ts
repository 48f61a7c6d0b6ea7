import type { History } from "../history.ts";

export default {
  about:
    "the daemon gets no CPU for ten minutes, and an agent neither: nothing is done at the late round",
  agents: { a: { vouches: "no" }, b: {}, c: {} },
  steps: [
    { at: "20m", happens: [{ hangs: "a" }, { starves: "10m" }] },
    { at: "30m", is: { a: "stale heartbeat-old | critical | started 0" }, suspicion: "starved" },
    { at: "30m5s", happens: [{ goesOn: "a" }] },
    { at: "1h", is: { a: "healthy | none | started 0" }, suspicion: null },
  ],
} satisfies History;
