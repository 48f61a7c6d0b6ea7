import type { History } from "../history.ts";

export default {
  about:
    "an agent died whose beat lies a day ahead: acted upon once the daemon has watched it for the whole limit",
  agents: { dead: { ahead: 86400, vouches: "no" }, b: {}, c: {} },
  policy: { match: { labels: {}, codes: ["heartbeat-ahead", "heartbeat-old"], exit: "failure" } },
  command: "does-nothing",
  steps: [
    { at: "10m1s", happens: [{ kill: "dead" }] },
    { at: "13m40s", is: { dead: "stale heartbeat-ahead | warning | started 0" } },
    { at: "14m20s", is: { dead: "stale heartbeat-ahead | warning | started 1" } },
  ],
} satisfies History;
