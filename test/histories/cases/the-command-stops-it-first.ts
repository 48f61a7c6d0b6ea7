import type { History } from "../history.ts";

export default {
  about: "a hung agent is restarted where the policy's command ends the old one first",
  agents: { hung: {}, other: {}, third: {} },
  policy: { stops_running: true },
  steps: [
    { at: "10m1s", happens: [{ hangs: "hung" }] },
    { at: "14m10s", is: { hung: "stale heartbeat-old | critical | process alive | started 0" } },
    { at: "15m", is: { hung: "stale heartbeat-old | critical | process alive | started 1" } },
    { at: "15m10s", is: { hung: "healthy | none | process alive | started 1" } },
  ],
} satisfies History;
