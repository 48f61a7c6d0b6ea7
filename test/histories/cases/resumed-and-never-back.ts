import type { History } from "../history.ts";

export default {
  about: "a resumed mission whose agent does not come back is dead after the limit from the resume",
  agents: { gone: { vouches: "no" }, other: {}, third: {} },
  steps: [
    { at: "5m", happens: [{ mission: "gone", step: "pause" }, { kill: "gone" }] },
    { at: "1h", happens: [{ mission: "gone", step: "resume" }] },
    { at: "1h4m10s", is: { gone: "stale heartbeat-old | critical | started 0" } },
    { at: "1h5m20s", is: { gone: "healthy | none | started 1" } },
  ],
} satisfies History;
