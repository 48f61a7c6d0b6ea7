/**
 * Whether the server can be reached, as the page shows it.
 *
 * @module
 */
import { byId, setBanner, setText } from "./elements.ts";
import { sentence } from "./rules/format.ts";
import { lastContact } from "./state.ts";
import { showMoment } from "./zone.ts";

const banner = byId("lost");
const link = byId("link");
const signIn = byId("sign-in");

/** Whether the server cannot be reached, so that its next scan is unknown. */
export const isOffline = (): boolean => document.body.classList.contains("lost");

/** Shows that the server cannot be reached, and why. */
export function showLost(reason: string): void {
  setLink("offline");
  document.body.classList.add("lost");
  if (banner.dataset["why"] === reason) return;
  banner.dataset["why"] = reason;
  const since = showMoment(new Date(lastContact.at).toISOString());
  const why = reason === "" ? "" : ` ${sentence(reason)}`;
  const text = `Connection lost since ${since}, trying again.${why} The data shown may be out of date.`;
  setBanner(banner, "incomplete", text);
}

/** Shows that something before the server asks people to sign in, and a link that leads there. */
export function showSignIn(): void {
  showLost(
    "something in front of the server answers with a page of its own: your sign-in may have expired",
  );
  setLink("sign-in needed");
  signIn.hidden = false;
}

export function showConnected(): void {
  setLink("live");
  document.body.classList.remove("lost");
  clearBanner();
  signIn.hidden = true;
}

/** Shows that the server asks for a token: what was shown is unknown, but nothing is lost. */
export function showTokenNeeded(): void {
  setLink("token needed");
  clearBanner();
}

function clearBanner(): void {
  delete banner.dataset["why"];
  setBanner(banner, "incomplete", "");
}

function setLink(text: string): void {
  setText(link, text);
  link.dataset["now"] = text;
}
