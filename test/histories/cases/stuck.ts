import type { History } from "../history.ts";

export default {
  about: "an agent says that it is stuck: a warning at first, critical when it lasts",
  agents: { stuck: {}, b: {} },
  steps: [
    {
      at: "10m",
      happens: [
        { says: "stuck", words: { state: "stuck", state_since: "2026-03-04T05:10:00.000Z" } },
      ],
      is: { stuck: "stale stuck | warning | process alive | started 0" },
    },
    { at: "20m", told: ["stuck stuck"] },
    { at: "1h10m20s", is: { stuck: "stale stuck | critical | process alive | started 0" } },
    {
      at: "2h",
      happens: [{ says: "stuck", words: { state: "working" } }],
      is: { stuck: "healthy | none | process alive | started 0" },
    },
  ],
} satisfies History;
