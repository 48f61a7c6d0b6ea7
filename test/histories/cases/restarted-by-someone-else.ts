import type { History } from "../history.ts";

export default {
  about:
    "systemd restarts a crashed agent within seconds: the daemon finds it alive and does nothing",
  agents: { a: {}, b: {} },
  steps: [
    { at: "10m1s", happens: [{ ends: "a", exit: { code: 1 } }] },
    { at: "10m8s", happens: [{ starts: "a" }] },
    { at: "1h", is: { a: "healthy | none | process alive | started 0" }, told: [] },
  ],
} satisfies History;
