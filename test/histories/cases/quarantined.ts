import type { History } from "../history.ts";

export default {
  about: "a mission in quarantine is left alone until it is released",
  agents: { dead: {}, b: {} },
  steps: [
    { at: "20m", happens: [{ kill: "dead" }, { order: "quarantine", of: "dead" }] },
    { at: "1h", is: { dead: "stale process-gone | critical | process gone | started 0" } },
    { at: "1h1s", happens: [{ order: "release", of: "dead" }] },
    { at: "1h20s", is: { dead: "healthy | none | process alive | started 1" } },
  ],
} satisfies History;
