import type { History } from "../history.ts";

export default {
  about: "an agent waits five hours for its usage limit, as it said, and goes on",
  agents: { limited: { vouches: "no" }, other: {}, third: {} },
  settings: { scan_interval_seconds: 60 },
  steps: [
    {
      at: "5m",
      happens: [
        { says: "limited", words: { state: "waiting", until: "2026-03-04T10:00:00.000Z" } },
        { hangs: "limited" },
      ],
    },
    { at: "4h59m", is: { limited: "healthy waiting | note | started 0" } },
    {
      at: "4h59m30s",
      happens: [{ says: "limited", words: {}, forgets: true }, { goesOn: "limited" }],
    },
    { at: "6h", is: { limited: "healthy | none | started 0" } },
  ],
} satisfies History;
