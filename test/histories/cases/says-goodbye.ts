import type { History } from "../history.ts";

export default {
  about:
    "an agent without a wrapper says that it is exiting: told, and not started anew by default",
  agents: { bye: { vouches: "no" }, b: {}, c: {} },
  steps: [
    {
      at: "10m",
      happens: [{ says: "bye", words: { state: "exiting" } }, { kill: "bye" }],
      is: { bye: "stale exited | warning | started 0" },
    },
    { at: "1h", is: { bye: "stale exited | warning | started 0" }, suspicion: null },
  ],
} satisfies History;
