import type { History } from "../history.ts";

export default {
  about:
    "five agents are killed and five hang at one moment: the killed ones are seen, and acted upon at once",
  agents: { k0: {}, k1: {}, k2: {}, k3: {}, k4: {}, h0: {}, h1: {}, h2: {}, h3: {}, h4: {} },
  steps: [
    {
      at: "20m5s",
      happens: [
        { kill: "k0" },
        { hangs: "h0" },
        { kill: "k1" },
        { hangs: "h1" },
        { kill: "k2" },
        { hangs: "h2" },
        { kill: "k3" },
        { hangs: "h3" },
        { kill: "k4" },
        { hangs: "h4" },
      ],
    },
    {
      at: "21m",
      is: {
        k0: "healthy | none | process alive | started 1",
        k4: "healthy | none | process alive | started 1",
      },
    },
    { at: "29m", is: { h0: "stale heartbeat-old | critical | process alive | started 0" } },
  ],
} satisfies History;
