import type { History } from "../history.ts";

export default {
  about: "a command that never helps is tried three times within the hour, then given up and told",
  agents: { dead: {}, b: {} },
  command: "fails",
  steps: [
    { at: "20m", happens: [{ ends: "dead", exit: { code: 1 } }] },
    { at: "20m10s", is: { dead: "stale crashed | critical | process gone | exit 1 | started 1" } },
    { at: "21m30s", is: { dead: "stale crashed | critical | process gone | exit 1 | started 2" } },
    { at: "24m", is: { dead: "stale crashed | critical | process gone | exit 1 | started 3" } },
    {
      at: "1h20m",
      is: { dead: "stale crashed | critical | process gone | exit 1 | started 3" },
      told: [
        "stale crashed dead",
        "attempted dead",
        "attempted dead",
        "attempted dead",
        "gave-up dead",
      ],
    },
    { at: "1h25m", is: { dead: "stale crashed | critical | process gone | exit 1 | started 4" } },
  ],
} satisfies History;
