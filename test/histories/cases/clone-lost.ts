import type { History } from "../history.ts";

export default {
  about: "a worktree that was a clone is empty: told while the agent goes on",
  agents: { a: { config: { cloned_from: { url: "https://git.example.org/app.git" } } }, b: {} },
  steps: [
    {
      at: "10m",
      is: {
        a: "healthy clone-lost | warning | process alive | started 0",
        b: "healthy | none | process alive | started 0",
      },
    },
  ],
} satisfies History;
