import type { History } from "../history.ts";

export default {
  about: "nothing is done while everything is held, and at once when that ends",
  agents: { dead: {}, b: {} },
  steps: [
    { at: "10m", happens: [{ order: "hold" }] },
    { at: "20m", happens: [{ kill: "dead" }] },
    { at: "1h", is: { dead: "stale process-gone | critical | process gone | started 0" } },
    { at: "1h1s", happens: [{ order: "resume" }] },
    { at: "1h10s", is: { dead: "stale process-gone | critical | process gone | started 1" } },
  ],
} satisfies History;
