import type { History } from "../history.ts";

export default {
  about:
    "a clone of this host shares its name and disk, but not its boot: its agents are not taken for dead",
  agents: {
    far: { says: { process: { boot_id: "another", pid: 4242, start_ticks: 1 } } },
    b: {},
    c: {},
  },
  steps: [
    { at: "20m", is: { far: "healthy | none | process unknown | started 0" } },
    { at: "20m1s", happens: [{ hangs: "far" }] },
    { at: "1h", is: { far: "stale heartbeat-old | critical | process unknown | started 0" } },
  ],
} satisfies History;
