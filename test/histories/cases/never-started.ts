import type { History } from "../history.ts";

export default {
  about: "a cell is made and nobody starts its agent: told, and not acted upon by default",
  agents: { unborn: { isUnborn: true }, other: {}, third: {} },
  steps: [
    { at: "4m50s", is: { unborn: "healthy | none | started 0" } },
    { at: "5m20s", is: { unborn: "stale never-beat | warning | started 0" } },
    {
      at: "1h",
      is: { unborn: "stale never-beat | warning | started 0" },
      told: ["stale never-beat unborn"],
    },
  ],
} satisfies History;
