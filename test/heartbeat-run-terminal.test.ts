/**
 * At a terminal a command that is wrapped does what it does bare: keys, job control, settings.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { lacking } from "./tools/needs.ts";
import { command, FORMS, scratch } from "./tools/program.ts";
import { COUNTER, openTerminal } from "./tools/terminal.ts";

const here = scratch();
const lack = lacking("python3");
const COUNTING = join(here, "counter.py");
writeFileSync(COUNTING, COUNTER);
const WRAPPERS: readonly [string, string][] = [
  ["bare", ""],
  ...FORMS.map((form): [string, string] => [
    form,
    `${command(form, "heartbeat").join(" ")} run --job=x --heartbeat-dir=${join(here, "beats")} -- `,
  ]),
];

describe.each(WRAPPERS)("at a terminal, a command (%s)", (_, wrapper) => {
  test.concurrent("has the terminal for its stdin, stdout and stderr, and its size", async () => {
    await using terminal = await openTerminal(here);
    terminal.type(`${wrapper}sh -c 'test -t 0 && test -t 1 && test -t 2 && stty size'\n`);
    await terminal.until("31 97");
  });

  test.concurrent.skipIf(lack !== "")(`is interrupted once by Ctrl-C${lack}`, async () => {
    await using terminal = await openTerminal(here);
    terminal.type(`${wrapper}python3 ${COUNTING}\n`);
    await terminal.until("go");
    terminal.type("\u0003");
    await terminal.until("got 1");
  });

  test.concurrent("that Ctrl-C ends takes the shell's loop with it", async () => {
    await using terminal = await openTerminal(here);
    terminal.type(`for n in 1 2 3; do echo start; ${wrapper}sleep 20; echo next; done\n`);
    await terminal.until("start");
    await Bun.sleep(500);
    terminal.type("\u0003");
    await Bun.sleep(300);
    terminal.type("echo code $?\n");
    const lines = await terminal.until(/code \d+$/);
    expect(lines.join()).toEndWith("code 130");
    expect(lines.join()).not.toContain("next");
  });

  test.concurrent("is stopped by Ctrl-Z, listed as a job, and goes on with fg", async () => {
    await using terminal = await openTerminal(here);
    // It says "go" once its sleep is there: sh cannot be stopped while it makes it (vfork).
    terminal.type(`${wrapper}sh -c '(sleep 0.5; echo go) & sleep 2; echo do"ne"; exit 7'\n`);
    await terminal.until("go");
    terminal.type("\u001a");
    await terminal.until(/Stopped/);
    terminal.type("fg; echo code $?\n");
    await terminal.until("done");
    await terminal.until("code 7");
  });

  test.concurrent("that stops itself gives the terminal back to the shell", async () => {
    await using terminal = await openTerminal(here);
    terminal.type(`${wrapper}sh -c 'kill -STOP $$; echo do"ne"; exit 8'\n`);
    await terminal.until(/Stopped/);
    terminal.type("fg; echo code $?\n");
    await terminal.until("done");
    await terminal.until("code 8");
  });

  test.concurrent("leaves the terminal's settings as it made them", async () => {
    await using terminal = await openTerminal(here);
    terminal.type(`${wrapper}stty rows 20 intr ^G; stty -a\n`);
    const lines = await terminal.until(/intr = /);
    expect(lines.join("\n")).toMatch(/rows 20/);
    expect(lines.join("\n")).toMatch(/intr = \^G/);
  });
});
