import type { History } from "../history.ts";

export default {
  about:
    "an agent does not survive the sleep of its host: acted upon once it had its own limit awake",
  agents: { dead: { vouches: "no" }, b: {}, c: {} },
  steps: [
    { at: "20m", happens: [{ kill: "dead" }, { sleeps: "8h" }] },
    { at: "8h23m50s", is: { dead: "stale heartbeat-old | critical | started 0" } },
    { at: "8h24m40s", is: { dead: "healthy | none | started 1" } },
  ],
} satisfies History;
