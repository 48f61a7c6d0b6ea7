import type { History } from "../history.ts";

export default {
  about:
    "a crash of the file system leaves zeros in the heartbeat: malformed, nobody acts, and the next beat repairs it",
  agents: { a: {}, b: {} },
  steps: [
    {
      at: "10m",
      happens: [
        { writes: "a", file: "state/heartbeat.json", text: "\u0000\u0000\u0000\u0000" },
        { hangs: "a" },
      ],
      is: { a: "incomplete malformed | critical | started 0" },
      suspicion: null,
    },
    { at: "1h", is: { a: "incomplete malformed | critical | started 0" }, happens: [] },
    { at: "1h1s", happens: [{ goesOn: "a" }] },
    { at: "1h10s", is: { a: "healthy | none | process alive | started 0" } },
  ],
} satisfies History;
