/**
 * The form that asks for the server's token.
 *
 * @module
 */
import { byId } from "./elements.ts";
import { hasToken, setToken } from "./server.ts";

const form = byId("ask");
const field = byId("token", HTMLInputElement);
const waiting = byId("waiting");

form.addEventListener("submit", (event) => event.preventDefault());

/** Shows the form until a token is entered; `hideRest` hides the rest of the page. */
export async function askToken(hideRest: () => void): Promise<void> {
  byId("refused").textContent = hasToken() ? "The server refused this token." : "";
  form.hidden = false;
  waiting.hidden = true;
  hideRest();
  field.focus();
  await new Promise((resolve) => form.addEventListener("submit", resolve, { once: true }));
  setToken(field.value.trim());
  field.value = "";
  form.hidden = true;
  waiting.hidden = false;
}
