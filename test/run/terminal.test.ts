/**
 * A wrapped command behaves as without the wrapper at a terminal: keys, job control, settings.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { processExists } from "../../lib/host/process.ts";
import { eventually, until } from "../tools/background.ts";
import { lacking } from "../tools/needs.ts";
import { command, type Form, FORMS, run, scratch } from "../tools/program.ts";
import { PYTHON } from "../tools/python.ts";
import { SIGNAL_COUNTER } from "../tools/signal-counter.ts";
import { openTerminal } from "../tools/terminal.ts";

const here = scratch();
let count = 0;
const lack = lacking("python3");
const COUNTING = join(here, "counter.py");
writeFileSync(COUNTING, SIGNAL_COUNTER);
const wrapperOf = (form: Form, flag: string) =>
  `${command(form, "heartbeat").join(" ")} run ${flag} --heartbeat-dir=${join(here, "beats")} -- `;
const WRAPPERS: readonly [string, string][] = [
  ["bare", ""],
  ...FORMS.map((form): [string, string] => [form, wrapperOf(form, "--job=x")]),
  ["captured", wrapperOf("executable", "--job=y --capture")],
];

describe.each(WRAPPERS)("at a terminal, a command (%s)", (way, wrapper) => {
  /** Captured, it may get another SIGWINCH for the size of the pseudo terminal. */
  const once = (signal: number) =>
    way === "captured" && signal === 28 ? /^got 28x[12]$/ : `got ${signal}x1`;

  test.concurrent("gets the terminal as stdin, stdout and stderr, and its size", async () => {
    await using terminal = await openTerminal(here);
    terminal.type(`${wrapper}sh -c 'test -t 0 && test -t 1 && test -t 2 && stty size'\n`);
    await terminal.until("31 97");
  });

  test.concurrent("finds the new size of the window on its stdout", async () => {
    await using terminal = await openTerminal(here);
    const script = `trap 'stty size <&1' WINCH; echo go; while :; do sleep 0.05; done`;
    terminal.type(`${wrapper}sh -c "${script}"\n`);
    await terminal.until("go");
    terminal.resize(80, 24);
    await terminal.until("24 80");
    terminal.type("\u0003");
  });

  test.concurrent("writes to both outputs in turn, in lines of its own", async () => {
    await using terminal = await openTerminal(here);
    const script = "for n in 1 2 3 4 5 6; do echo out $n; echo err $n >&2; done; echo end";
    terminal.type(`${wrapper}sh -c '${script}'\n`);
    const lines = [1, 2, 3, 4, 5, 6].flatMap((n) => [`out ${n}`, `err ${n}`]);
    expect((await terminal.until("end")).slice(-13)).toEqual([...lines, "end"]);
  });

  test.concurrent.skipIf(lack !== "").each([
    ["Ctrl-C", "\u0003", 2],
    ["Ctrl-\\", "\u001c", 3],
    ["Ctrl-Z", "\u001a", 20],
  ])(`gets one signal from %s${lack}`, async (...[, key, signal]) => {
    await using terminal = await openTerminal(here);
    terminal.type(`${wrapper}${PYTHON} ${COUNTING}\n`);
    await terminal.until("ready");
    terminal.type(key);
    await terminal.until(once(signal));
  });

  test.concurrent.skipIf(lack !== "")(`gets one SIGWINCH for each resize${lack}`, async () => {
    await using terminal = await openTerminal(here);
    terminal.type(`${wrapper}${PYTHON} ${COUNTING}\n`);
    await terminal.until("ready");
    terminal.resize(80, 24);
    await terminal.until(once(28));
  });

  test.concurrent.skipIf(lack !== "")(`gets one SIGHUP when its window closes${lack}`, async () => {
    const file = join(here, `hung-up-${count++}`);
    await using terminal = await openTerminal(here);
    terminal.type(`${wrapper}${PYTHON} ${COUNTING} ${file}\n`);
    await terminal.until("ready");
    terminal.hangUp();
    // The kernel sends SIGHUP and SIGCONT to the foreground, and bash sends both to its jobs.
    expect(await eventually(() => readFileSync(file, "utf8") || undefined)).toMatch(
      /^worker got 1x[12] 18x[12]\ngot 1x[12] 18x[12]\n$/,
    );
  });

  test.concurrent("cannot print any more when its window has closed", async () => {
    const file = join(here, `printing-${count++}`);
    const script = `${file}.sh`;
    writeFileSync(
      script,
      `trap "" HUP; echo $$ >${file}; while echo printed; do sleep 0.1; done\n`,
    );
    await using terminal = await openTerminal(here);
    terminal.type(`${wrapper}sh ${script}\n`);
    await terminal.until("printed");
    terminal.hangUp();
    const pid = Number(readFileSync(file, "utf8"));
    await until(() => !processExists(pid));
  });

  test.concurrent.skipIf(lack !== "").each([
    ["its job", "%1", "INT", 2],
    ["its job", "%1", "CONT", 18],
    ["it alone", "$!", "INT", 2],
    ["it alone", "$!", "WINCH", 28],
  ])(
    `gets a signal once in the background, sent to %s by kill %p, signal %s${lack}`,
    async (...row) => {
      const [, target, signal, number] = row;
      await using terminal = await openTerminal(here);
      terminal.type(`${wrapper}${PYTHON} ${COUNTING} &\n`);
      await terminal.until("ready");
      terminal.type(`kill -${signal} ${target}\n`);
      await terminal.until(once(number));
    },
  );

  test.concurrent("ended by Ctrl-C ends the shell's loop as well", async () => {
    await using terminal = await openTerminal(here);
    terminal.type(
      `for n in 1 2 3; do ${wrapper}sh -c 'echo start $$; exec sleep 60'; echo next; done\n`,
    );
    const [pid] = /\d+$/.exec((await terminal.until(/^start \d+$/)).join("\n")) ?? [];
    terminal.type("\u0003");
    await eventually(() => !existsSync(`/proc/${pid}`) || undefined);
    terminal.type("echo code $?\n");
    const lines = await terminal.until(/code \d+$/);
    expect(lines.join()).toEndWith("code 130");
    expect(lines.join()).not.toContain("next");
  });

  test.concurrent("is stopped by Ctrl-Z, listed as a job, and continued by fg", async () => {
    await using terminal = await openTerminal(here);
    // The key comes as soon as the command is there, while the wrapper still starts its own processes.
    for (let round = 0; round < 3; round++) {
      const pipe = join(here, `pipe-${count++}`);
      await run(["mkfifo", pipe]);
      terminal.type(`${wrapper}sh -c 'echo go; read word <${pipe}; echo do"ne"; exit 7'\n`);
      await terminal.until("go");
      terminal.type("\u001a");
      await terminal.until(/Stopped/);
      terminal.type("fg; echo code $?\n");
      await run(["sh", "-c", `echo >${pipe}`]);
      await terminal.until("done");
      await terminal.until("code 7");
    }
  });

  test.concurrent("that stops itself gives the terminal back to the shell", async () => {
    await using terminal = await openTerminal(here);
    terminal.type(`${wrapper}sh -c 'kill -STOP $$; echo do"ne"; exit 8'\n`);
    await terminal.until(/Stopped/);
    terminal.type("fg; echo code $?\n");
    await terminal.until("done");
    await terminal.until("code 8");
  });

  test.concurrent("keeps the terminal settings that it made", async () => {
    await using terminal = await openTerminal(here);
    terminal.type(`${wrapper}stty rows 20 intr ^G; stty -a\n`);
    const lines = await terminal.until(/intr = /);
    expect(lines.join("\n")).toMatch(/rows 20/);
    expect(lines.join("\n")).toMatch(/intr = \^G/);
  });
});

describe.each(WRAPPERS.slice(1))(
  "in the background of a terminal, heartbeat run (%s)",
  (_, wrapper) => {
    // A directory in which no record can be written, which is reported on stderr.
    const failing = wrapper.replace(/--heartbeat-dir=\S+/, "--heartbeat-dir=/dev/null/beats");

    test.concurrent("reports on the terminal", async () => {
      await using terminal = await openTerminal(here);
      terminal.type(`${failing}sh -c 'exit 7' &\n`);
      await terminal.until(/heartbeat run: Cannot write/);
    });

    test.concurrent("does not stop its command by a report after stty tostop", async () => {
      await using terminal = await openTerminal(here);
      terminal.type("stty tostop\n");
      terminal.type(`${failing}sh -c 'exit 7' &\n`);
      terminal.type("wait $!; echo code $?\n");
      await terminal.until("code 7");
    });
  },
);
