import type { History } from "../history.ts";

export default {
  about:
    "a cell on a shared disk belongs to another host's agent: told, never acted upon, until its host is adopted",
  agents: { far: { host: "there" }, b: {}, c: {} },
  steps: [
    {
      at: "20m",
      is: { far: "healthy | none | process unknown | started 0" },
      happens: [{ kill: "far" }],
    },
    {
      at: "1h",
      is: { far: "stale heartbeat-old | critical | process unknown | started 0" },
      suspicion: null,
    },
    { at: "1h1s", happens: [{ settings: { adopt_hosts: ["there"] } }] },
    { at: "1h30s", is: { far: "healthy | none | process unknown | started 1" } },
  ],
} satisfies History;
