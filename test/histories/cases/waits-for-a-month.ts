import type { History } from "../history.ts";

export default {
  about: "an agent says that it waits for a month: granted is a day",
  agents: { sleeper: { vouches: "no" }, b: {}, c: {} },
  settings: { scan_interval_seconds: 60 },
  command: "does-nothing",
  steps: [
    {
      at: "10m",
      happens: [
        { says: "sleeper", words: { state: "waiting", until: "2026-04-04T05:00:00.000Z" } },
        { hangs: "sleeper" },
      ],
    },
    { at: "1d9m", is: { sleeper: "healthy waiting | note | started 0" } },
    { at: "1d11m", is: { sleeper: "stale heartbeat-old | critical | started 0" } },
  ],
} satisfies History;
