import type { History } from "../history.ts";

export default {
  about: "an agent says that its build takes half an hour, and does not beat meanwhile",
  agents: { builder: {}, other: {} },
  steps: [
    {
      at: "10m",
      happens: [
        { says: "builder", words: { activity: { what: "cargo build", expect_seconds: 1800 } } },
        { hangs: "builder" },
      ],
    },
    { at: "30m", is: { builder: "healthy | none | process alive | started 0" } },
    { at: "43m50s", is: { builder: "healthy | none | process alive | started 0" } },
    {
      at: "43m55s",
      happens: [{ says: "builder", words: {}, forgets: true }, { goesOn: "builder" }],
    },
    { at: "2h", is: { builder: "healthy | none | process alive | started 0" }, told: [] },
  ],
} satisfies History;
