import type { History } from "../history.ts";

export default {
  about:
    "a policy for stuck agents, whose command ends the old one first, acts when two rounds agree",
  agents: { stuck: {}, b: {} },
  policy: { match: { labels: {}, codes: ["stuck"], exit: "failure" }, stops_running: true },
  steps: [
    {
      at: "10m",
      happens: [{ says: "stuck", words: { state: "stuck" } }],
      is: { stuck: "stale stuck | warning | process alive | started 0" },
    },
    { at: "10m20s", is: { stuck: "stale stuck | warning | process alive | started 1" } },
  ],
} satisfies History;
