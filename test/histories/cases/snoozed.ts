import type { History } from "../history.ts";

export default {
  about: "a snoozed mission is left alone for an hour, and no longer",
  agents: { dead: {}, b: {} },
  steps: [
    { at: "20m", happens: [{ kill: "dead" }, { order: "snooze", of: "dead", for: "1h" }] },
    { at: "1h19m50s", is: { dead: "stale process-gone | critical | process gone | started 0" } },
    { at: "1h20m20s", is: { dead: "healthy | none | process alive | started 1" } },
  ],
} satisfies History;
