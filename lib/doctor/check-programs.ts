/**
 * Checks the programs that the configuration names, and whether receivers of notifications take them.
 *
 * @module
 */
import { accessSync, constants, statSync } from "node:fs";
import { describeDuration } from "../base/duration.ts";
import { shellWord } from "../base/shell-word.ts";
import type { Settings } from "../contract/settings.ts";
import { describeErrno } from "../host/errno.ts";
import { checkProgramInRoot } from "../host/files/operator-file.ts";
import { storePathsOf } from "../host/files/state-dir.ts";
import { canLock } from "../host/locks/lock.ts";
import { oldestWaiting, waitingMessages } from "../supervise/notify/outbox.ts";
import { routesOf } from "../supervise/notify/rules/route.ts";
import { guarded } from "./guarded.ts";
import { type Diagnosis, failedCheck, passed, warned } from "./rules/diagnosis.ts";

/** Messages that wait for longer show a receiver that does not work. */
const WAIT_SECONDS = 600;

/**
 * Checks flock, and the programs of notify, revive and heartbeat_writer; `sameFlags` are for commands
 * in hints.
 */
export function checkPrograms(settings: Settings, sameFlags: string, now: Date): Diagnosis[] {
  const { notify, revive, heartbeat_writer: writer } = settings;
  const routes = routesOf(notify);
  return [
    canLock()
      ? passed("locks", "flock is installed")
      : failedCheck(
          "locks",
          "flock is not installed: locks are not possible",
          "install util-linux",
        ),
    ...(routes.length === 0
      ? [passed("notify", 'nobody is told: "notify" is not in the configuration')]
      : []),
    ...routes.flatMap(({ name, command }) => [
      checkCommand(`notify ${name}`, command),
      ...checkWaiting(settings, name, sameFlags, now),
    ]),
    ...revive.map(({ command }, at) => checkCommand(`revive ${at + 1}`, command)),
    ...(writer === undefined ? [] : [checkCommand("heartbeat_writer", writer)]),
  ];
}

/** Checks that a program exists, that this user can run it, and that no untrusted one can change it. */
const checkCommand = (check: string, command: readonly string[]): Diagnosis =>
  guarded(check, `Cannot use the program of ${check}`, () => {
    const [program = ""] = command;
    checkProgramInRoot(check, command);
    if (!program.includes("/"))
      return Bun.which(program) === null
        ? failedCheck(check, `${program} is not in PATH`, `install it, or give its absolute path`)
        : passed(check, program);
    try {
      accessSync(program, constants.X_OK);
      // A directory may be "executable" too.
      return statSync(program).isFile()
        ? passed(check, program)
        : failedCheck(check, `${program} is not a regular file`, CORRECT);
    } catch (error) {
      return failedCheck(check, `${program}: ${describeErrno(error)}`, nextFor(program, error));
    }
  });

const CORRECT = "install it, or correct its path in the configuration";
const nextFor = (program: string, error: unknown): string =>
  error instanceof Error && "code" in error && error.code === "EACCES"
    ? `chmod a+x ${shellWord(program)}`
    : CORRECT;

/** A warning about a route whose receiver has not taken a message for long; else nothing. */
function checkWaiting(
  settings: Settings,
  route: string,
  sameFlags: string,
  now: Date,
): Diagnosis[] {
  const state = storePathsOf(settings);
  const check = `notify ${route}`;
  const found = guarded(check, `Cannot read the outbox of ${route}`, () => {
    const oldest = oldestWaiting(state, route);
    const seconds = oldest === undefined ? 0 : (now.getTime() - Date.parse(oldest.at)) / 1000;
    if (seconds <= WAIT_SECONDS) return passed(check, "no message waits");
    const count = waitingMessages(state, route).length;
    return warned(
      check,
      `${count} messages wait for its receiver, the oldest for ${describeDuration(seconds)}`,
      `lazarus-pit notify --test --route ${route}${sameFlags}`,
    );
  });
  return found.level === "ok" ? [] : [found];
}
