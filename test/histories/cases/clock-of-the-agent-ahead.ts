import type { History } from "../history.ts";

export default {
  about: "an agent's clock is five minutes ahead: a warning, and nobody acts while it beats",
  agents: { ahead: { ahead: 300, vouches: "no" }, b: {}, c: {} },
  policy: { match: { labels: {}, codes: ["heartbeat-ahead", "heartbeat-old"], exit: "failure" } },
  steps: [
    { at: "1h", is: { ahead: "stale heartbeat-ahead | warning | started 0" }, suspicion: null },
  ],
} satisfies History;
