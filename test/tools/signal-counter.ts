/**
 * A program that counts the signals that it gets.
 *
 * @module
 */

/**
 * In Python, because a shell takes two signals that come close together for one. It starts a worker
 * that counts as well, says "ready", waits for its first signal, and one second later says what
 * both got, as numbers and how often: `worker got` and `got 2x1 15x2`. It does so on its stdout, or
 * in a file if it has an argument, and exits with 3.
 */
export const SIGNAL_COUNTER = `import os, select, signal, sys, time

def catch():
    arrived, wakeup = os.pipe()
    os.set_blocking(arrived, False)
    os.set_blocking(wakeup, False)
    signal.set_wakeup_fd(wakeup)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
        signal.signal(number, lambda *_: None)
    return arrived

def counts(arrived):
    try:
        seen = os.read(arrived, 999)
    except BlockingIOError:
        seen = b""
    return "".join(f" {n}x{seen.count(n)}" for n in sorted(set(seen)))

asked, ask = os.pipe()
answered, answer = os.pipe()
if os.fork() == 0:
    os.close(ask)
    arrived = catch()
    os.write(answer, b"ready")
    os.read(asked, 1)
    os.write(answer, ("worker got" + counts(arrived)).encode())
    os._exit(0)
arrived = catch()
os.read(answered, 99)
print("ready", flush=True)
select.select([arrived], [], [], 60)
time.sleep(1)
os.close(ask)
output = open(sys.argv[1], "w") if sys.argv[1:] else sys.stdout
print(os.read(answered, 99).decode() + "\\ngot" + counts(arrived), file=output, flush=True)
os._exit(3)
`;
