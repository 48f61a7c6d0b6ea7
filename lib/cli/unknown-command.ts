/**
 * The hint for a word that is not a command of `lazarus-pit`.
 *
 * @module
 */
import { closest } from "./did-you-mean.ts";

/** What people type for a command, by analogy with other tools, and the call that does it. */
const CALLS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["activate", "pause", "complete", "fail", "abandon", "acknowledge"].map((step) => [
      step,
      `mission ${step} ID`,
    ]),
  ),
  resume: "mission resume ID, or to end a hold: supervise resume",
  hold: "supervise hold",
  ...Object.fromEntries(
    ["snooze", "quarantine", "release"].map((order) => [order, `supervise ${order} ID`]),
  ),
  history: "supervise history",
  events: "supervise history",
  log: "supervise history",
  status: "supervise status",
  plan: "supervise --plan",
  watch: "scan --watch",
  list: "scan",
  ls: "scan",
  show: "mission ID",
  explain: "scan --explain ID",
  check: "scan --check",
  init: "init-cell",
  create: "init-cell",
  new: "init-cell",
  beat: "heartbeat",
  run: "heartbeat run",
  hook: "heartbeat hook",
  serve: "serve-health",
  start: "supervise",
  completions: "completion bash, zsh or fish",
};

/** The call that was probably meant by `word`, else the list of `commands`. */
export function commandHint(word: string, commands: readonly string[]): string {
  const call = Object.hasOwn(CALLS, word) ? CALLS[word] : undefined;
  const meant = call ?? closest(word, commands);
  const all = `the commands are: ${commands.join(", ")}`;
  return meant === undefined ? all : `did you mean lazarus-pit ${meant}? ${all}`;
}
