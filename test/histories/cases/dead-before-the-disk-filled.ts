import type { History } from "../history.ts";

export default {
  about:
    "an agent without a process died while the disk was full: acted upon once it had its own limit to beat",
  agents: { dead: { vouches: "no" }, b: {}, c: {} },
  steps: [
    { at: "10m", happens: [{ disk: { freeBytes: 0 } }, { kill: "dead" }] },
    {
      at: "1h",
      happens: [{ disk: { freeBytes: 1e9 } }],
      is: { dead: "stale heartbeat-old | critical | started 0" },
    },
    { at: "1h3m30s", is: { dead: "stale heartbeat-old | critical | started 0" } },
    { at: "1h5m20s", is: { dead: "healthy | none | started 1" }, suspicion: null },
  ],
} satisfies History;
