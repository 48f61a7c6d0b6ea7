import type { History } from "../history.ts";

export default {
  about: "two living agents beat in one cell: a warning beside whatever else is said",
  agents: { a: {}, b: {} },
  steps: [
    {
      at: "10m",
      happens: [
        {
          says: "a",
          words: { other_writer: { pid: 7, run_id: "another", at: "2026-03-04T05:09:30.000Z" } },
        },
      ],
      is: { a: "healthy two-writers | warning | process alive | started 0" },
    },
  ],
} satisfies History;
