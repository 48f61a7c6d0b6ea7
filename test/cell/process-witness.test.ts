/** What this host says of the process that a beat vouches for. */
import { join } from "node:path";
import { expect, test } from "bun:test";
import { witnessProcess } from "../../lib/cell/process-witness.ts";
import type { ProcessIdentity } from "../../lib/contract/process-identity.ts";
import { until } from "../tools/background.ts";
import { lacking } from "../tools/needs.ts";
import { run } from "../tools/program.ts";
import { processFacts } from "../../lib/host/process.ts";
import { bootId, hostName, processIdentity, thisProcess } from "../../lib/host/host.ts";

const US = thisProcess();
const seenOf = (process: ProcessIdentity, host: string | undefined = hostName()) =>
  witnessProcess({ process, ...(host === undefined ? {} : { host }) })?.seen;
const { pid_namespace: _namespace, ...withoutNamespace } = US;

test.each<readonly [string, ProcessIdentity, string]>([
  ["a process that runs", US, "alive"],
  ["another process under its pid", { ...US, start_ticks: 1 }, "gone"],
  ["a pid that no process has", { ...US, pid: 2 ** 22 }, "gone"],
  ["a process of another pid namespace", { ...US, pid_namespace: "pid:[1]" }, "unknown"],
  ["a process that runs, without its namespace", withoutNamespace, "alive"],
  [
    "a pid that no process has, without its namespace",
    { ...withoutNamespace, pid: 2 ** 22 },
    "unknown",
  ],
  ["a process of another boot", { ...US, boot_id: "b" }, "other-boot"],
  [
    "a process whose boot was hidden from its writer",
    { ...US, boot_id: "00000000-0000-0000-0000-000000000000" },
    "unknown",
  ],
])("%s", (_, identity, seen) => {
  expect(seenOf(identity)).toBe(seen as never);
});

test("a process that a signal has stopped, and one that goes on", async () => {
  const child = Bun.spawn(["sleep", "600"]);
  const look = () => witnessProcess({ process: processIdentity(child.pid) });
  child.kill("SIGSTOP");
  await until(() => look()?.seen === "alive" && processFacts(child.pid)?.state === "T");
  expect(look()).toEqual({ seen: "alive", isStopped: true });
  child.kill("SIGCONT");
  await until(() => processFacts(child.pid)?.state !== "T");
  expect(look()).toEqual({ seen: "alive" });
  child.kill("SIGKILL");
  await child.exited;
});

const lack = lacking("root", "unshare");

test.skipIf(lack !== "").each([
  ["/proc/sys/kernel/random", "", "unknown"],
  ["/proc/uptime", "boot", "other-boot"],
])(`where %s is hidden, no process is gone by a boot${lack}`, async (hidden, boot, seen) => {
  const script = `
    import { witnessProcess } from ${JSON.stringify(join(import.meta.dir, "../../lib/cell/process-witness.ts"))};
    const process = { ...${JSON.stringify(US)}, ...(${JSON.stringify(boot)} && { boot_id: "b" }) };
    const { seen, uptimeSeconds = Infinity } = witnessProcess({ process });
    console.log(seen, uptimeSeconds);`;
  const hide = 'mount -t tmpfs none "$1" 2>&- || mount --bind /dev/null "$1"; shift; exec "$@"';
  const argv = ["unshare", "--mount", "sh", "-c", hide, "sh", hidden];
  const ended = await run([...argv, process.execPath, "-e", script]);
  expect(ended).toEqual({ code: 0, stdout: `${seen} Infinity\n`, stderr: "" });
});

test.skipIf(lack !== "")(`a host whose name is hidden is not another one${lack}`, async () => {
  const script = `
    import { hostName } from ${JSON.stringify(join(import.meta.dir, "../../lib/host/host.ts"))};
    console.log(hostName());`;
  const hide = 'mount --bind /dev/null /proc/sys/kernel/hostname; exec "$@"';
  const argv = ["unshare", "--mount", "sh", "-c", hide, "sh"];
  const ended = await run([...argv, process.execPath, "-e", script]);
  expect(ended).toEqual({ code: 0, stdout: `${hostName()}\n`, stderr: "" });
});

test("a process of another host is unknown; without a host, a beat counts as one of this host", () => {
  expect(seenOf(US, "elsewhere")).toBe("unknown");
  expect(witnessProcess({ process: US })?.seen).toBe("alive");
});

test("a beat that vouches for no process has no witness", () => {
  expect(witnessProcess({ host: hostName() })).toBeUndefined();
  expect(witnessProcess(undefined)).toBeUndefined();
  expect(bootId()).toBe(US.boot_id);
});
