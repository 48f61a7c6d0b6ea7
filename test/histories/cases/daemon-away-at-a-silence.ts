import type { History } from "../history.ts";

export default {
  about:
    "an agent fell silent while the daemon was away: acted upon after a limit of its own watching",
  agents: { dead: { vouches: "no" }, b: {}, c: {} },
  steps: [
    { at: "10m", happens: [{ daemon: "stops" }] },
    { at: "20m", happens: [{ kill: "dead" }] },
    {
      at: "1h",
      happens: [{ daemon: "starts" }],
      is: { dead: "stale heartbeat-old | critical | started 0" },
    },
    { at: "1h3m50s", is: { dead: "stale heartbeat-old | critical | started 0" } },
    { at: "1h4m30s", is: { dead: "healthy | none | started 1" } },
  ],
} satisfies History;
