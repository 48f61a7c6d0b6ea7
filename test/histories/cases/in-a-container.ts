import type { History } from "../history.ts";

export default {
  about:
    "an agent in a container names a pid of another namespace: unknown, and never acted upon alone",
  agents: { inside: { vouches: "elsewhere" }, other: {}, third: {} },
  steps: [
    { at: "10m", is: { inside: "healthy | none | process unknown | started 0" } },
    { at: "10m1s", happens: [{ kill: "inside" }] },
    {
      at: "1h",
      is: { inside: "stale heartbeat-old | critical | process unknown | started 0" },
      suspicion: null,
    },
    { at: "1h1s", happens: [{ order: "release", of: "inside" }] },
    { at: "1h20s", is: { inside: "healthy | none | process unknown | started 1" } },
  ],
} satisfies History;
