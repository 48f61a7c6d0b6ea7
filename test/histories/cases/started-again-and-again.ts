import type { History } from "../history.ts";

export default {
  about: "a policy for every end starts a finished command anew",
  agents: { worker: {}, b: {} },
  policy: { match: { labels: {}, codes: ["exited", "crashed"], exit: "any" } },
  steps: [
    { at: "10m5s", happens: [{ ends: "worker", exit: { code: 0 } }] },
    { at: "10m10s", is: { worker: "stale exited | warning | process gone | exit 0 | started 0" } },
    { at: "10m20s", is: { worker: "stale exited | warning | process gone | exit 0 | started 1" } },
  ],
} satisfies History;
