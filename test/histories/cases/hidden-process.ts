import type { History } from "../history.ts";

export default {
  about:
    "a process that the daemon may not see counts as unknown, until an operator releases its beat",
  agents: { hidden: {}, other: {}, third: {} },
  steps: [
    { at: "10m", happens: [{ hides: "hidden", isHidden: true }, { hangs: "hidden" }] },
    {
      at: "1h",
      is: { hidden: "stale heartbeat-old | critical | process unknown | started 0" },
      suspicion: null,
    },
    { at: "1h1s", happens: [{ kill: "hidden" }, { order: "release", of: "hidden" }] },
    { at: "1h30s", is: { hidden: "healthy | none | process alive | started 1" } },
  ],
} satisfies History;
