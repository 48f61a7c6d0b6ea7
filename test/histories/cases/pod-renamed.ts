import type { History } from "../history.ts";

export default {
  about: "a pod comes back under another name: a release of its last beat lets this host act",
  agents: { pod: { host: "pod-7f9c", vouches: "no" }, b: {}, c: {} },
  steps: [
    { at: "20m", happens: [{ kill: "pod" }] },
    { at: "1h", is: { pod: "stale heartbeat-old | critical | started 0" } },
    { at: "1h1s", happens: [{ order: "release", of: "pod" }] },
    { at: "1h30s", is: { pod: "healthy | none | started 1" } },
  ],
} satisfies History;
