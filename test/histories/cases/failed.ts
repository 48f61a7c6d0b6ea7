import type { History } from "../history.ts";

export default {
  about: "a failed mission needs a person's eye, and no restart",
  agents: { failed: {}, b: {} },
  steps: [
    { at: "10m", happens: [{ mission: "failed", step: "fail" }, { kill: "failed" }] },
    { at: "1h", is: { failed: "healthy resting | warning | process gone | started 0" } },
  ],
} satisfies History;
