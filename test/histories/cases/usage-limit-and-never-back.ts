import type { History } from "../history.ts";

export default {
  about:
    "an agent that waited until a moment does not come back then: dead by silence from that moment",
  agents: { limited: { vouches: "no" }, other: {}, third: {} },
  settings: { scan_interval_seconds: 60 },
  command: "does-nothing",
  steps: [
    {
      at: "5m",
      happens: [
        { says: "limited", words: { state: "waiting", until: "2026-03-04T10:00:00.000Z" } },
        { kill: "limited" },
      ],
    },
    { at: "5h", is: { limited: "healthy waiting | note | started 0" } },
    { at: "5h1m", is: { limited: "stale heartbeat-old | critical | started 0" } },
    { at: "5h5m", is: { limited: "stale heartbeat-old | critical | started 1" } },
  ],
} satisfies History;
