import type { History } from "../history.ts";

export default {
  about: "an agent is killed while the daemon is away: acted upon in its second round",
  agents: { dead: {}, b: {} },
  steps: [
    { at: "10m", happens: [{ daemon: "stops" }] },
    { at: "20m", happens: [{ kill: "dead" }] },
    {
      at: "1h",
      happens: [{ daemon: "starts" }],
      is: { dead: "stale process-gone | critical | process gone | started 0" },
    },
    { at: "1h10s", is: { dead: "stale process-gone | critical | process gone | started 1" } },
  ],
} satisfies History;
