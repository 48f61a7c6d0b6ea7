import type { History } from "../history.ts";

export default {
  about: "the root is away for an hour: told, and watched anew when it is back",
  agents: { a: { vouches: "no" }, b: {}, c: {} },
  steps: [
    {
      at: "10m",
      happens: [{ hangs: "a" }, { hangs: "b" }, { hangs: "c" }, { root: "is-gone" }],
      is: { a: "no cell" },
    },
    { at: "40m", happens: [{ root: "is-back" }], told: ["root-lost", "root-back"] },
    { at: "42m", is: { a: "stale heartbeat-old | critical | started 0" } },
    { at: "42m5s", happens: [{ goesOn: "a" }, { goesOn: "b" }, { goesOn: "c" }] },
    { at: "1h", is: { a: "healthy | none | started 0" } },
  ],
} satisfies History;
