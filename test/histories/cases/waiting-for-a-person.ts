import type { History } from "../history.ts";

export default {
  about: "an agent asks a person at noon, who answers the next morning",
  agents: { asking: {}, other: {} },
  settings: { scan_interval_seconds: 60 },
  steps: [
    {
      at: "5m",
      happens: [
        { says: "asking", words: { state: "waiting", message: "merge it?" } },
        { hangs: "asking" },
      ],
    },
    {
      at: "10m",
      is: { asking: "healthy waiting | note | process alive | started 0" },
      told: ["waiting asking"],
    },
    {
      at: "20h",
      is: { asking: "healthy waiting | note | process alive | started 0" },
      suspicion: null,
      told: [],
    },
    { at: "20h1s", happens: [{ says: "asking", words: {}, forgets: true }, { goesOn: "asking" }] },
    { at: "20h5m", is: { asking: "healthy | none | process alive | started 0" }, told: [] },
  ],
} satisfies History;
