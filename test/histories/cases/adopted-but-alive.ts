import type { History } from "../history.ts";

export default {
  about: "an adopted host's agent still beats: nothing is done",
  agents: { far: { host: "there" }, b: {} },
  settings: { adopt_hosts: ["there"] },
  steps: [{ at: "1h", is: { far: "healthy | none | process unknown | started 0" } }],
} satisfies History;
