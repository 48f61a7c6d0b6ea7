import type { History } from "../history.ts";

export default {
  about: "an agent stamps local time as UTC, an hour ahead: a warning, never a death",
  agents: { local: { ahead: 3600, vouches: "no" }, b: {}, c: {} },
  policy: { match: { labels: {}, codes: ["heartbeat-ahead", "heartbeat-old"], exit: "failure" } },
  steps: [
    { at: "1h", is: { local: "stale heartbeat-ahead | warning | started 0" }, suspicion: null },
  ],
} satisfies History;
