import type { History } from "../history.ts";

export default {
  about:
    "a laptop that sleeps ten of every fifteen minutes: a dead agent is brought back within its limit awake",
  agents: { dead: { vouches: "no" }, b: { vouches: "no" }, c: {} },
  steps: [
    { at: "20m", happens: [{ kill: "dead" }, { sleeps: "10m" }] },
    { at: "0h35m", happens: [{ sleeps: "10m" }] },
    { at: "0h50m", happens: [{ sleeps: "10m" }] },
    { at: "1h5m", happens: [{ sleeps: "10m" }] },
    { at: "1h20m", happens: [{ sleeps: "10m" }] },
    { at: "1h35m", happens: [{ sleeps: "10m" }] },
    { at: "1h50m", happens: [{ sleeps: "10m" }] },
    { at: "2h5m", happens: [{ sleeps: "10m" }] },
    { at: "2h20m", happens: [{ sleeps: "10m" }] },
    { at: "2h35m", happens: [{ sleeps: "10m" }] },
    { at: "2h50m", happens: [{ sleeps: "10m" }] },
    { at: "3h5m", happens: [{ sleeps: "10m" }] },
    { at: "3h20m", happens: [{ sleeps: "10m" }] },
    { at: "3h35m", happens: [{ sleeps: "10m" }] },
    { at: "3h50m", happens: [{ sleeps: "10m" }] },
    { at: "4h5m", happens: [{ sleeps: "10m" }] },
    { at: "4h20m", happens: [{ sleeps: "10m" }] },
    { at: "4h35m", happens: [{ sleeps: "10m" }] },
    { at: "4h50m", happens: [{ sleeps: "10m" }] },
    { at: "5h5m", happens: [{ sleeps: "10m" }] },
    { at: "5h20m", is: { dead: "healthy | none | started 1", b: "healthy | none | started 0" } },
  ],
} satisfies History;
