/**
 * The parts of a cell's detail.
 *
 * @module
 */
import type { StatusChange } from "../../verdict/changes.ts";
import { badge, element, span, untrusted } from "./elements.ts";
import type { Entry } from "./rules/entry.ts";
import { showMoment, untrustedText } from "./zone.ts";

/** A heading with its content. */
export const section = (heading: string, content: Node | string): readonly (Node | string)[] => [
  element("h3", {}, heading),
  content,
];

/** All problems of a cell, with their codes and paths. */
export function problemList({ cell, status }: Entry): Node {
  const items = cell.problems.map(({ code, path, text }) => {
    const where = untrusted(path === "." ? "the cell itself" : path);
    const about = element("div", { class: "mono quiet" }, code, " · ", where);
    return element("li", { class: "problem", "data-kind": status }, untrustedText(text), about);
  });
  return element("ul", {}, ...items);
}

/** The changes of a cell's status, newest first. */
export function changeList(changes: readonly StatusChange[]): Node {
  if (changes.length === 0) return element("p", { class: "quiet" }, "None.");
  return element("ol", { class: "steps" }, ...changes.map(changeItem));
}

/** One change. */
export function changeItem({ at, from, to, problems }: StatusChange): Node {
  const before = from === null ? [span("appeared as")] : [badge(from), span("→")];
  const after = to === null ? span("gone") : badge(to);
  const time = element("time", { class: "quiet", datetime: at }, showMoment(at));
  const texts = problems.map(({ text }) => element("div", { class: "quiet" }, untrustedText(text)));
  return element("li", {}, element("div", { class: "step" }, ...before, after, time), ...texts);
}
