import type { History } from "../history.ts";

export default {
  about: "an agent is killed right when the clock is set: its process does not depend on a clock",
  agents: { dead: {}, b: {} },
  steps: [
    { at: "20m1s", happens: [{ clock: -7200 }, { kill: "dead" }] },
    {
      at: "23m",
      is: {
        b: "healthy | none | process alive | started 0",
        dead: "healthy | none | process alive | started 1",
      },
    },
  ],
} satisfies History;
