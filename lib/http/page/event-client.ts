/**
 * Follows the server's events for as long as the page is open: those that another tab passes on, or
 * the server's own stream.
 *
 * @module
 */
import { showConnected, showLost, showSignIn, showTokenNeeded } from "./connection.ts";
import { byId } from "./elements.ts";
import { readStream } from "./event-reader.ts";
import { moveBelowPath, ResponseError, ServerError, SignInError } from "./server.ts";
import { lastContact, serverClock, state } from "./state.ts";
import { followLeader, type LeaderMessage, lead, type Leadership } from "./tabs.ts";
import { askToken } from "./token-form.ts";
import { reportEvent, takeEvent } from "./updates.ts";

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 15_000;

/** Follows another tab while one leads, or else reads the stream. */
export async function followEvents(): Promise<never> {
  await moveBelowPath();
  for (;;) {
    await followLeader(takeMessage);
    await readAsLeader(lead(currentReport));
  }
}

/** What the leader passes on to a tab that was opened later. */
function currentReport(): LeaderMessage | undefined {
  const event = state.data === null ? undefined : reportEvent(state.data);
  return event && { at: serverTime(), event };
}

const serverTime = (): string => new Date(serverClock.now()).toISOString();

function takeMessage(message: LeaderMessage): void {
  if ("lost" in message) return showLoss(message);
  serverClock.learn(message.at);
  lastContact.at = serverClock.now();
  if (message.event === undefined) return;
  takeEvent(message.event);
  showConnected();
}

/** Reads one stream after another, until another tab leads or the server asks for a token. */
async function readAsLeader({ tell, deposed, resign }: Leadership): Promise<void> {
  let delay = FIRST_DELAY_MS;
  while (!deposed.aborted) {
    const error = await readStream(deposed, {
      onContact: () => tell({ at: serverTime() }),
      onEvent(event) {
        takeEvent(event);
        delay = FIRST_DELAY_MS;
        showConnected();
        tell({ at: serverTime(), event });
      },
    }).catch((thrown: unknown) => thrown);
    if (deposed.aborted) return;
    if (error instanceof ResponseError && error.status === 401) {
      resign();
      return askToken(hideReport);
    }
    showFailure(error, tell);
    await moveBelowPath();
    await new Promise((resolve) => setTimeout(resolve, delay));
    delay = Math.min(2 * delay, MAX_DELAY_MS);
  }
}

function hideReport(): void {
  byId("report").hidden = true;
  showTokenNeeded();
  byId("detail", HTMLDialogElement).close();
}

function showFailure(error: unknown, tell: Leadership["tell"]): void {
  const reason = error instanceof ServerError ? error.message : "";
  const loss = { lost: reason, isSignIn: error instanceof SignInError };
  tell(loss);
  showLoss(loss);
}

const showLoss = ({ lost, isSignIn }: Extract<LeaderMessage, { lost: string }>): void =>
  isSignIn ? showSignIn() : showLost(lost);
