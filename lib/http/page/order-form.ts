/**
 * The form that gives an order for the open cell, or for all missions.
 *
 * @module
 */
import { byId, setText } from "./elements.ts";

/** Adds the form to the detail of cells, unless it is there. `openCell` returns the open cell's id. */
export function showOrderForm(openCell: () => string | null, onOrder: () => Promise<void>): void {
  const template = byId("orders", HTMLTemplateElement);
  if (template.content.childElementCount === 0) return;
  // Only now: a server that takes no orders has no such fields.
  template.before(template.content);
  const order = byId("order", HTMLSelectElement);
  const time = byId("order-time");
  order.addEventListener("change", () => (time.hidden = order.value !== "snooze"));
  byId("order-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void submitOrder(openCell()).then(onOrder);
  });
}

async function submitOrder(cell: string | null): Promise<void> {
  const result = byId("order-result");
  setText(result, "…");
  const text = await send(typedOrder(cell)).catch(() => "The server cannot be reached.");
  setText(result, text);
}

function typedOrder(cell: string | null): object {
  const order = byId("order", HTMLSelectElement).value;
  const seconds = Number(byId("order-time", HTMLSelectElement).value);
  return {
    order,
    reason: byId("order-reason", HTMLInputElement).value,
    ...(order === "hold" || order === "resume" ? {} : { mission_id: cell }),
    ...(order === "snooze" ? { for_seconds: seconds } : {}),
  };
}

/** Sends an order; returns what the server says. The token stays in its field until the page is closed. */
async function send(order: object): Promise<string> {
  const token = byId("order-token", HTMLInputElement).value.trim();
  const response = await fetch("v1/orders", {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(order),
    redirect: "error",
  });
  if (response.ok) byId("order-reason", HTMLInputElement).value = "";
  const answer = (await response.json()) as { result?: string; error?: { message: string } };
  return answer.result ?? answer.error?.message ?? "";
}
