import type { History } from "../history.ts";

export default {
  about: "a command that a segmentation fault ended is a crash, acted upon within two rounds",
  agents: { dead: {}, other: {} },
  steps: [
    {
      at: "5m",
      happens: [{ ends: "dead", exit: { code: 139 } }],
      is: { dead: "stale crashed | critical | process gone | exit 139 | started 0" },
      suspicion: null,
    },
    { at: "5m10s", is: { dead: "stale crashed | critical | process gone | exit 139 | started 1" } },
    {
      at: "6m",
      is: {
        dead: "healthy | none | process alive | started 1",
        other: "healthy | none | process alive | started 0",
      },
    },
  ],
} satisfies History;
