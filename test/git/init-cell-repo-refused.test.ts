import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf } from "../tools/cells.ts";
import { ONE_FORM, scratch } from "../tools/program.ts";
import { refused } from "../tools/refusal.ts";

const root = join(scratch(), "missions");
mkdirSync(root);

describe.each(ONE_FORM)("init-cell --repo (%s)", (form) => {
  const refusedCall = (...flags: string[]) =>
    refused(form, "init-cell", ["--root", root, idOf(1), ...flags]);

  test.each([
    ["ext::sh -c touch% pwned", "it names a transport helper"],
    ["-u/bin/false", "it starts with a dash"],
    ["--upload-pack=touch pwned", "it starts with a dash"],
    ["file:///etc", "it is neither a plain path nor an https:// or ssh:// URL"],
    ["http://example.org/x.git", "it is neither a plain path nor an https:// or ssh:// URL"],
    ["git://example.org/x.git", "it is neither a plain path nor an https:// or ssh:// URL"],
    ["git@host:x", "it is neither a plain path nor an https:// or ssh:// URL"],
    ["ssh://-oProxyCommand=x/y", "it is not a complete https or ssh URL"],
    ["ssh://-oProxyCommand@host/y", "it is not a complete https or ssh URL"],
    ["https:///x", "it is not a complete https or ssh URL"],
    ["https://example.org", "it is not a complete https or ssh URL"],
    ["/srv/a\n--upload-pack=x", "it contains a control character"],
  ])("refuses to clone %p with 64, and runs nothing", async (url, why) => {
    const said = await refusedCall(`--repo=${url}`);
    expect(said).toMatchObject({ code: 64, hint: "give a path, or an https:// or ssh:// URL" });
    expect(said.message).toStartWith("Cannot clone ");
    expect(said.message).toEndWith(`: ${why}`);
    expect(readdirSync(root)).toEqual([]);
  });

  test.each(["-f", "--detach", "a..b", "HEAD@{1}", "a b", "v1^{commit}", "a\nb"])(
    "refuses the ref %p with 64",
    async (ref) => {
      const said = await refusedCall("--repo=/srv/app", `--ref=${ref}`);
      expect(said).toMatchObject({ code: 64, hint: "give a branch, a tag or a commit" });
      expect(readdirSync(root)).toEqual([]);
    },
  );

  test.each([
    [["--ref=main"], "Cannot use --ref without --repo"],
    [["--repo="], "Missing value for --repo"],
    [["--repo=/srv/app", "--ref="], "Missing value for --ref"],
  ])("refuses %p with 64", async (flags, message) => {
    expect(await refusedCall(...flags)).toMatchObject({ code: 64, message });
    expect(readdirSync(root)).toEqual([]);
  });
});
