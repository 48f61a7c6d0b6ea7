/**
 * How often a ping is tried, against a monitor that is not there.
 */
import { afterEach, describe, expect, mock, test } from "bun:test";
import { createBestEffort } from "../../lib/run/best-effort.ts";
import { openPinger } from "../../lib/run/ping.ts";
import { describeProxy } from "../../lib/base/request-failure.ts";

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

/** Makes each request fail with an error code, and returns a pinger, the requests and the reports. */
function pingerWhere(code: string) {
  const [paths, reports]: [string[], string[]] = [[], []];
  globalThis.fetch = mock((url: URL) => {
    paths.push(url.pathname);
    return Promise.reject(Object.assign(new Error("failed"), { code }));
  }) as unknown as typeof fetch;
  const bestEffort = createBestEffort((text) => void reports.push(text));
  return { paths, reports, pinger: openPinger(() => "http://monitor/x", "r", bestEffort) };
}

describe("a ping", () => {
  test.each(["ECONNREFUSED", "ENOTFOUND"])(
    "is tried once for the start, and three times for the end, after %s",
    async (code) => {
      const { paths, reports, pinger } = pingerWhere(code);
      pinger.start();
      await pinger.end(0, false, undefined);
      expect(paths).toEqual(["/x/start", "/x", "/x", "/x"]);
      expect(reports.every((text) => text.includes(`(${code})`))).toBe(true);
    },
  );

  test("goes on trying for the start while the command runs", async () => {
    const { paths, pinger } = pingerWhere("ECONNREFUSED");
    pinger.start();
    await Bun.sleep(900);
    expect(paths.length).toBeGreaterThan(1);
    const tried = paths.length;
    await pinger.end(0, false, undefined);
    expect(paths.slice(tried)).toEqual(["/x", "/x", "/x"]);
  });

  test("is tried once when the certificate is refused, because that does not change", async () => {
    const { paths, reports, pinger } = pingerWhere("CERT_HAS_EXPIRED");
    pinger.start();
    await pinger.end(3, true, undefined);
    expect(paths).toEqual(["/x/start", "/x/3"]);
    expect(new Set(reports)).toEqual(
      new Set(["Cannot ping monitor: its certificate has expired (CERT_HAS_EXPIRED)"]),
    );
  });
});

test.each([
  ["https:", { HTTPS_PROXY: "http://user:secret@proxy" }, ", with HTTPS_PROXY set"],
  ["http:", { http_proxy: "http://proxy", HTTP_PROXY: "x" }, ", with http_proxy set"],
  ["https:", { HTTP_PROXY: "http://proxy", HTTPS_PROXY: "" }, ""],
])("a failure over %s names the proxy's variable in %p", (protocol, env, text) => {
  expect(describeProxy(protocol, env)).toBe(text);
});
