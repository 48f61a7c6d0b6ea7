import type { History } from "../history.ts";

export default {
  about: "a policy for stuck agents whose command stops nobody: never beside the running process",
  agents: { stuck: {}, b: {} },
  policy: { match: { labels: {}, codes: ["stuck"], exit: "failure" } },
  steps: [
    { at: "10m", happens: [{ says: "stuck", words: { state: "stuck" } }] },
    { at: "1h", is: { stuck: "stale stuck | warning | process alive | started 0" } },
  ],
} satisfies History;
