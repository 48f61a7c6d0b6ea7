import type { History } from "../history.ts";

export default {
  about: "an operator ends an agent by the wrapper's signal: that is no crash",
  agents: { stopped: {} },
  steps: [
    { at: "5m", happens: [{ ends: "stopped", exit: { signal: "SIGTERM", forwarded: true } }] },
    {
      at: "1h",
      is: { stopped: "stale exited | warning | process gone | exit SIGTERM | started 0" },
    },
  ],
} satisfies History;
