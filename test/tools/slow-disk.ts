/**
 * A disk that is slow, or does not answer: strace makes a process wait at its writes.
 *
 * @module
 */

/** Makes each such call of a process take `seconds` longer, until what it gives is called. */
export async function slowDisk(
  pid: number,
  call: "fsync" | "fdatasync",
  seconds: number,
): Promise<() => Promise<void>> {
  const inject = `inject=${call}:delay_enter=${seconds * 1_000_000}`;
  const argv = ["strace", "-f", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
  const strace = Bun.spawn([...argv, "-p", `${pid}`], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  // strace prints a line once it is attached.
  await strace.stderr.getReader().read();
  return async () => {
    strace.kill("SIGTERM");
    await strace.exited;
  };
}
