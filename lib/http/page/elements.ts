/**
 * Elements of the page. Text is only ever set as text, never parsed as markup.
 *
 * @module
 */
import { printable } from "../../base/printable.ts";
import type { StepPart } from "../../verdict/next-step.ts";

const SVG = "http://www.w3.org/2000/svg";

type Attributes = Readonly<Record<string, string>>;

/**
 * The element of page.html with this id.
 *
 * @throws {Error} when there is none, or one of another kind.
 */
export function byId(id: string): HTMLElement;
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T;
export function byId(id: string, kind: new () => HTMLElement = HTMLElement): HTMLElement {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} with the id "${id}"`);
}

/** Creates an element. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, value);
  created.append(...children);
  return created;
}

/** A symbol of page.html. */
export function icon(name: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** Text from a cell: isolated from the surrounding text direction, with hidden characters shown. */
export const untrusted = (text: string, attributes: Attributes = {}): HTMLElement =>
  element("bdi", attributes, printable(text));

/** A status with its color and symbol. */
export const badge = (status: string, text: string = status): HTMLElement =>
  element("span", { class: "badge", "data-kind": status }, icon(status), text);

export const span = (text: string, look = ""): HTMLElement =>
  element("span", { class: look }, text);

/** A step as a sentence, with its commands as code. */
export const stepSentence = (parts: readonly StepPart[], look = ""): HTMLElement =>
  element(
    "span",
    { class: look },
    ...parts.map(({ text, isCommand }, at) => {
      if (isCommand) return element("code", {}, text);
      return at === 0 ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;
    }),
    ".",
  );

/** Sets a node's text, and leaves the node alone if it has that text: a selection survives. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Shows a banner; hides it if the text is empty. */
export function setBanner(banner: HTMLElement, symbol: string, text: string): void {
  if (banner.textContent !== text) banner.replaceChildren(icon(symbol), text);
  banner.hidden = text === "";
}
