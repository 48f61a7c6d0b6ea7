import type { History } from "../history.ts";

export default {
  about: "another process gets the pid of a dead agent, and is not taken for it",
  agents: { dead: {}, other: {} },
  steps: [
    { at: "5m5s", happens: [{ kill: "dead" }, { reusesPidOf: "dead" }] },
    { at: "5m10s", is: { dead: "stale process-gone | critical | process gone | started 0" } },
    { at: "5m20s", is: { dead: "stale process-gone | critical | process gone | started 1" } },
  ],
} satisfies History;
