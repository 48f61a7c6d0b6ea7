import type { History } from "../history.ts";

export default {
  about:
    "the first beat of a new cell comes after an hour: never-beat until then, and well afterwards",
  agents: { late: { isUnborn: true }, b: {}, c: {} },
  steps: [
    {
      at: "1h",
      happens: [{ starts: "late" }],
      is: { late: "healthy | none | process alive | started 0" },
    },
    { at: "1h10m", is: { late: "healthy | none | process alive | started 0" }, suspicion: null },
  ],
} satisfies History;
