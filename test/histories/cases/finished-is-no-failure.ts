import type { History } from "../history.ts";

export default {
  about: "a policy for failures leaves a command that ended with 0 alone",
  agents: { worker: {}, b: {} },
  policy: { match: { labels: {}, codes: ["exited", "crashed"], exit: "failure" } },
  steps: [
    { at: "10m5s", happens: [{ ends: "worker", exit: { code: 0 } }] },
    { at: "1h", is: { worker: "stale exited | warning | process gone | exit 0 | started 0" } },
  ],
} satisfies History;
