import type { History } from "../history.ts";

export default {
  about:
    "an editor puts a byte order mark into mission.json: told, nobody acts, also when the agent dies",
  agents: { a: {}, b: {} },
  steps: [
    {
      at: "10m",
      happens: [{ writes: "a", file: "meta/mission.json", text: "\ufeff{}" }, { kill: "a" }],
    },
    { at: "1h", is: { a: "incomplete malformed | critical | process gone | started 0" } },
  ],
} satisfies History;
