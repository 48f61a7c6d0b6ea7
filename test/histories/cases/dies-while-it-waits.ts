import type { History } from "../history.ts";

export default {
  about:
    "an agent dies while it waits for an answer: its process is seen to be gone at once, whatever its beat said",
  agents: { asking: {}, other: {} },
  steps: [
    { at: "5m", happens: [{ says: "asking", words: { state: "waiting" } }] },
    { at: "10m5s", happens: [{ kill: "asking" }] },
    { at: "10m10s", is: { asking: "stale process-gone | critical | process gone | started 0" } },
    { at: "10m30s", is: { asking: "healthy waiting | note | process alive | started 1" } },
  ],
} satisfies History;
