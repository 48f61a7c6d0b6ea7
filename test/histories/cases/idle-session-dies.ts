import type { History } from "../history.ts";

export default {
  about: "an idle session dies between two events, which no missing beat could tell",
  agents: { session: { says: { on_events: true } }, other: {} },
  steps: [
    { at: "5m", happens: [{ says: "session", words: { state: "idle" } }, { hangs: "session" }] },
    { at: "1h", is: { session: "healthy idle | none | process alive | started 0" } },
    { at: "1h5s", happens: [{ kill: "session" }] },
    { at: "1h10s", is: { session: "stale process-gone | critical | process gone | started 0" } },
    { at: "1h20s", is: { session: "stale process-gone | critical | process gone | started 1" } },
  ],
} satisfies History;
