import type { History } from "../history.ts";

export default {
  about: "an agent's clock is an hour behind: it looks silent, and beats before the daemon's eyes",
  agents: { behind: { ahead: -3600, vouches: "no" }, b: {}, c: {} },
  steps: [
    { at: "1h", is: { behind: "stale heartbeat-old | critical | started 0" }, suspicion: null },
  ],
} satisfies History;
