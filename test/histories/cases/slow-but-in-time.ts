import type { History } from "../history.ts";

export default {
  about:
    "an agent beats every hour, as it says: its limit is the operator's bound, and it is never called dead",
  agents: { slow: { every: 3000, vouches: "no" }, b: {}, c: {} },
  settings: { scan_interval_seconds: 60 },
  steps: [{ at: "12h", is: { slow: "healthy | none | started 0" }, suspicion: null, told: [] }],
} satisfies History;
