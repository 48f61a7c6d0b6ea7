import type { History } from "../history.ts";

export default {
  about:
    "an agent does not survive the sleep of its host, and its process is seen to be gone: acted upon two rounds after the resume",
  agents: { dead: {}, b: {} },
  steps: [
    { at: "20m1s", happens: [{ kill: "dead" }, { sleeps: "8h" }] },
    {
      at: "8h20m31s",
      is: {
        dead: "healthy | none | process alive | started 1",
        b: "stale heartbeat-old | critical | process alive | started 0",
      },
    },
    { at: "8h22m1s", is: { b: "healthy | none | process alive | started 0" } },
  ],
} satisfies History;
