import type { History } from "../history.ts";

export default {
  about:
    "a tool call may ask for more than the operator grants: told as silent, and nobody acts while it runs",
  agents: { builder: {}, other: {}, third: {} },
  steps: [
    {
      at: "10m",
      happens: [
        { says: "builder", words: { activity: { what: "train", expect_seconds: 86400 } } },
        { hangs: "builder" },
      ],
    },
    { at: "1h10m", is: { builder: "healthy | none | process alive | started 0" } },
    {
      at: "1h10m20s",
      is: { builder: "stale heartbeat-old | critical | process alive | started 0" },
    },
    {
      at: "2h",
      happens: [{ says: "builder", words: {}, forgets: true }, { goesOn: "builder" }],
      is: { builder: "healthy | none | process alive | started 0" },
    },
  ],
} satisfies History;
