/**
 * Requests to the server, with the token that the user entered.
 *
 * @module
 */
const TOKEN = "lazarus-pit-token";
/** How long the page waits for an answer from below its own path. */
const MOVE_WAIT_MS = 5000;

/** What the server sent cannot be used, for a reason that its message tells. */
export class ServerError extends Error {}

/** The server responded with an error. */
export class ResponseError extends ServerError {
  constructor(readonly status: number) {
    super(`the server responded with ${status}`);
  }
}

/** Something other than the server answered, such as the sign-in page of a proxy. */
export class SignInError extends Error {}

/** If storage is forbidden, the token is kept until the page is closed. */
let token = storedToken();

/** Separates the tabs of one server and token from others of the same origin. */
export const tabGroup = (): string =>
  `lazarus-pit ${new URL(".", document.baseURI).pathname} ${token ?? ""}`;

export const hasToken = (): boolean => token !== null;

/** Sets the token, and keeps it until the tab is closed. */
export function setToken(given: string): void {
  token = given;
  try {
    sessionStorage.setItem(TOKEN, given);
  } catch {
    // Storage is forbidden or full: see above.
  }
}

function storedToken(): string | null {
  try {
    return sessionStorage.getItem(TOKEN);
  } catch {
    return null;
  }
}

/**
 * Requests a path relative to the page, so that a proxy can serve it below a path of its own.
 *
 * @throws {ResponseError} if the response is an error.
 * @throws {SignInError} if it is a redirection or a page, neither of which the server sends here.
 * @throws {TypeError} when the server cannot be reached, and an AbortError after `signal`.
 */
export async function requestPath(
  path: string,
  signal: AbortSignal | null = null,
): Promise<Response> {
  const headers: HeadersInit = token === null ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(path, { headers, signal, cache: "no-store", redirect: "manual" });
  if (isSignIn(response)) throw new SignInError();
  if (response.ok) return response;
  throw new ResponseError(response.status);
}

/** Whether it is not the server's: none of its responses is a page, and its errors are in JSON. */
function isSignIn({ type, ok, status, headers }: Response): boolean {
  if (type === "opaqueredirect") return true;
  const given = headers.get("Content-Type") ?? "";
  if (ok) return /^text\/html\b/i.test(given);
  return [401, 403, 511].includes(status) && !/\bjson\b/i.test(given);
}

/**
 * Moves to `/pit/` where a proxy serves the page at `/pit`, without the slash that makes its paths
 * relative to it, if the server is there.
 */
export async function moveBelowPath(): Promise<void> {
  const { pathname, search, hash } = location;
  if (pathname.endsWith("/")) return;
  if ((await textAt(`${pathname}/livez`)) !== "ok\n") return;
  location.replace(`${pathname}/${search}${hash}`);
  // Until then, nothing is to be asked of another program at the root.
  await new Promise(() => {});
}

const textAt = (path: string): Promise<string> =>
  fetch(path, { signal: AbortSignal.timeout(MOVE_WAIT_MS) })
    .then((response) => response.text())
    .catch(() => "");
