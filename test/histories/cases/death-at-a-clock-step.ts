import type { History } from "../history.ts";

export default {
  about:
    "an agent dies right when the clock is set ahead: acted upon after a limit of the daemon's own watching",
  agents: { dead: { vouches: "no" }, b: {}, c: {} },
  steps: [
    {
      at: "20m",
      happens: [{ kill: "dead" }, { clock: 3600 }],
      is: { dead: "stale heartbeat-old | critical | started 0" },
    },
    { at: "23m50s", is: { dead: "stale heartbeat-old | critical | started 0" } },
    { at: "24m30s", is: { dead: "healthy | none | started 1" } },
  ],
} satisfies History;
