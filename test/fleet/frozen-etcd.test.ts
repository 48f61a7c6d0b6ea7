/**
 * While etcd does not answer, a host's rounds pack and send no report; the news is there with the first
 * round after it answers.
 */
import { expect, test } from "bun:test";
import { connectEtcd } from "../../lib/fleet/etcd/client.ts";
import { EtcdError } from "../../lib/fleet/etcd/etcd-error.ts";
import { createEtcdView } from "../../lib/fleet/etcd/etcd-view.ts";
import { createFleetReporter } from "../../lib/fleet/fleet-reporter.ts";
import { accessTo, startServer, stopServers } from "../tools/etcd.ts";
import { cellOf, fleetHost, KEYS, LONG } from "../tools/fleet.ts";
import { lacking } from "../tools/needs.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";

const missing = lacking("etcd");
stopServers();

test.skipIf(missing !== "")(`no report is sent to an etcd that is frozen${missing}`, async () => {
  const servers = await startServer();
  const clock = simulatedClock();
  const times = { ...LONG, refresh: 60 };
  const alpha = fleetHost(accessTo(servers), "alpha", { clock, times });
  await alpha.round(1);

  const txn = alpha.etcd.txn.bind(alpha.etcd);
  let isFrozen = true;
  const sent: string[] = [];
  alpha.etcd.txn = async (...args) => {
    sent.push(JSON.stringify(args[1]));
    if (isFrozen) throw new EtcdError("unreachable", "frozen");
    return txn(...args);
  };
  for (let n = 0; n < 4; n++) {
    clock.pass(61);
    const failure: unknown = await alpha.round(cellOf(1, "stale")).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: "frozen" });
  }
  const reports = sent.filter((operations) => operations.includes("request_put"));
  // The first one could not know.
  expect([reports.length, sent.length]).toEqual([1, 4]);

  isFrozen = false;
  await alpha.round(cellOf(1, "stale"));
  const nowMs = () => 1000 * clock.uptime();
  const etcd = connectEtcd(accessTo(servers));
  const view = createEtcdView({ etcd, keys: KEYS, nowMs, pollMs: 5000 });
  const { report } = await createFleetReporter(view, clock)();
  expect(report.hosts).toMatchObject([{ name: "alpha", state: "live", critical: 1 }]);
  await servers.stop();
});
