import type { History } from "../history.ts";

export default {
  about:
    "nobody answers for a day: the wait ends at the operator's bound, and its process is still not doubled",
  agents: { asking: {}, other: {}, third: {} },
  settings: { scan_interval_seconds: 60 },
  steps: [
    { at: "5m", happens: [{ says: "asking", words: { state: "waiting" } }, { hangs: "asking" }] },
    { at: "1d4m", is: { asking: "healthy waiting | note | process alive | started 0" } },
    {
      at: "1d7m",
      is: { asking: "stale heartbeat-old | critical | process alive | started 0" },
      suspicion: null,
    },
    { at: "1d3h", is: { asking: "stale heartbeat-old | critical | process alive | started 0" } },
  ],
} satisfies History;
