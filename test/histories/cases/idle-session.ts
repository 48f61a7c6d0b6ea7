import type { History } from "../history.ts";

export default {
  about: "a session that beats at its events is idle over the night",
  agents: { session: { says: { on_events: true } }, other: {} },
  settings: { scan_interval_seconds: 60 },
  steps: [
    { at: "5m", happens: [{ says: "session", words: { state: "idle" } }, { hangs: "session" }] },
    { at: "12h", is: { session: "healthy idle | none | process alive | started 0" }, told: [] },
    {
      at: "1d6m",
      is: { session: "healthy idle | note | process alive | started 0" },
      suspicion: null,
    },
  ],
} satisfies History;
