import type { History } from "../history.ts";

export default {
  about:
    "all cells are gone at once, as when a disk is mounted over them: one suspicion of the root, and not three missing missions",
  agents: { a: {}, b: {}, c: {} },
  steps: [
    { at: "10m", happens: [{ root: "is-emptied" }], suspicion: "root-replaced" },
    { at: "1h", is: { a: "no cell" }, suspicion: "root-replaced", told: ["suspect root-replaced"] },
  ],
} satisfies History;
