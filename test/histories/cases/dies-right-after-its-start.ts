import type { History } from "../history.ts";

export default {
  about: "a started agent crashes at once, each time: tried three times, then given up",
  agents: { loop: {}, b: {} },
  steps: [
    { at: "20m5s", happens: [{ ends: "loop", exit: { code: 1 } }] },
    {
      at: "20m25s",
      happens: [{ ends: "loop", exit: { code: 1 } }],
      is: { loop: "stale crashed | critical | process gone | exit 1 | started 1" },
    },
    { at: "24m55s", happens: [{ ends: "loop", exit: { code: 1 } }] },
    {
      at: "35m",
      happens: [{ ends: "loop", exit: { code: 1 } }],
      is: { loop: "stale crashed | critical | process gone | exit 1 | started 3" },
    },
    { at: "1h15m", is: { loop: "stale crashed | critical | process gone | exit 1 | started 3" } },
  ],
} satisfies History;
