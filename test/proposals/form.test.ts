import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { printable, shortened } from "../../lib/base/printable.ts";
import { FIELDS, readProposal, renderProposal } from "../../lib/proposals/form/proposal.ts";
import { seedTexts } from "../../lib/cell/create/create-cell.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { Proposal, RISKS } from "../../lib/proposals/form/proposal-schema.ts";
import { bodyOf, HOSTILE, PROPOSAL, withSection } from "../tools/proposals.ts";
import { idOf } from "../tools/cells.ts";

/** A body byte by byte as Gitea writes it: CRLF within a text, LF around it. */
const AS_GITEA_WRITES = [
  "### Title\n\n```text\nFix it\n```\n\n",
  "### Objective\n\n`````text\nOne\r\n````\r\n### Title\r\n\r\nForged\n`````\n\n",
  "### Acceptance criteria\n\n```text\nAll green\n```\n\n",
  "### Owner\n\n```text\nme\n```\n\n",
  "### Repository\n\n_No response_\n\n",
  "### Ref\n\n_No response_\n\n",
  "### Constraints\n\n_No response_\n\n",
  "### Risk\n\nmedium\n\n",
  "### Expected heartbeat interval\n\n5m\n\n",
  "### Labels\n\n```text\nteam=a\r\nrun=2\n```\n\n",
  "### Mission id\n\n_No response_\n\n",
  "### Previous mission\n\n_No response_\n\n",
  "### Checklist\n\n- [x] There is no secret in it.\n",
  "- [x] The agent may read and change everything in the repository that it can reach.\n",
  "- [x] I will not change this text once it is accepted.\n\n",
].join("");

/** What a text is made of: much that means something to Markdown, and plain words. */
const FRAGMENTS = ["`", "```", "`````", "### Owner", "\n", "\n\n", " ", "_No response_", "- [x] a"];
const PIECES = [
  ...FRAGMENTS,
  "<!--",
  "```text",
  "~~~",
  "\t",
  "#",
  "word",
  "é",
  "漢",
  "😀",
  "$(id)",
  "=",
];
/** What a reader cannot see, or not where it is; each has a proposal refused. */
const UNSEEN = [
  "\u0000",
  "\u001b",
  "\u007f",
  "\u0085",
  "\u200b",
  "\u2028",
  "\u202e",
  "\ufeff",
  "\ud800",
];
const isUnseen = (text: string) =>
  printable(text.replace(/[\n\t]/g, " ")) !== text.replace(/[\n\t]/g, " ");
const textOf = (part: "title" | "objective") =>
  fc
    .oneof(
      {
        weight: 8,
        arbitrary: fc
          .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 30 })
          .map((all) => all.join("")),
      },
      { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 60 }) },
      { weight: 4, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }) },
      { weight: 2, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 5 }) },
      {
        weight: 1,
        arbitrary: fc
          .array(fc.constantFrom("a", "b", ...UNSEEN), { minLength: 1, maxLength: 5 })
          .map((all) => all.join("")),
      },
    )
    // A form's text has no other line breaks: CRLF is read as LF, and a lone CR is not written by one.
    .map((text) => text.replaceAll("\r", "\n").trim())
    .filter((text) => v.is(Proposal.entries[part], text));
const line = textOf("title");
const text = textOf("objective");
const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_]{0,9}$/);
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,49}$/);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const repository = fc
  .tuple(
    fc.constantFrom("https://", "ssh://", "ssh://git@"),
    word,
    fc.option(fc.integer({ min: 1, max: 65_535 })),
    fc.array(word, { minLength: 1, maxLength: 4 }),
  )
  .map(
    ([scheme, host, port, path]) =>
      `${scheme}${host.replaceAll("_", "")}a.test${port === null ? "" : `:${port}`}/${path.join("/")}`,
  );
const proposals: fc.Arbitrary<Proposal> = fc
  .record({
    title: line,
    objective: text,
    acceptance_criteria: text,
    owner: line,
    repository: optional(repository),
    ref: optional(fc.stringMatching(/^[A-Za-z0-9._/@+][A-Za-z0-9_/+-]{0,20}$/)),
    constraints: optional(text),
    risk: fc.constantFrom(...RISKS),
    heartbeat_interval_seconds: optional(fc.integer({ min: 1, max: 604_800 })),
    labels: optional(
      fc.dictionary(
        name,
        line.map((value) => shortened(value.replaceAll("`", ""), 40).trim() || "x"),
        { maxKeys: 20 },
      ),
    ),
    mission_id: optional(fc.uuid()),
    previous: optional(fc.uuid()),
  })
  // A ref without a repository is refused, which has a test of its own.
  .map(({ ref, ...rest }) => (rest.repository === undefined ? rest : { ...rest, ref }))
  .map(
    (all) =>
      Object.fromEntries(
        Object.entries(all).filter(([, value]) => value !== undefined),
      ) as Proposal,
  );

/** The fields of a proposal for which it has to be refused, though its schema takes them. */
function refusedFields(proposal: Proposal): string[] {
  const { labels, mission_id: id } = proposal;
  const texts: Readonly<Record<string, string>> = {
    ...Object.fromEntries(
      Object.entries(proposal).filter(([, value]) => typeof value === "string"),
    ),
    labels: Object.values(labels ?? {}).join("\n"),
  };
  return FIELDS.filter(
    (each) => isUnseen(texts[each.name] ?? "") || (each.name === "mission_id" && id?.[14] === "5"),
  ).map(({ label }) => label);
}

/** What a form can say of a proposal: no labels at all and none are the same there. */
function asFormed({ labels, ...rest }: Proposal): Proposal {
  return labels === undefined || Object.keys(labels).length === 0 ? rest : { ...rest, labels };
}

const long = (length: number) => "漢".repeat(length);

describe("a proposal", () => {
  test("is read as written, or refused by the fields with invisible text: 10,000 random ones", () => {
    let [read, refused, unlabelled] = [0, 0, 0];
    fc.assert(
      fc.property(proposals, fc.boolean(), (proposal, isEdited) => {
        const body = renderProposal(proposal);
        // An issue that is edited in a browser comes back with CRLF everywhere.
        const reading = readProposal(isEdited ? body.replaceAll("\n", "\r\n") : body);
        const fields = refusedFields(proposal);
        expect(reading.problems?.map(({ field }) => field) ?? []).toEqual(fields);
        if (fields.length > 0) refused++;
        else read++;
        if (fields.length === 0) expect(reading).toEqual({ proposal: asFormed(proposal) });
        if (proposal.labels !== undefined && asFormed(proposal).labels === undefined) unlabelled++;
      }),
      { numRuns: 10_000 },
    );
    expect(Math.min(read, refused, unlabelled)).toBeGreaterThan(100);
  });

  test("is read as Gitea writes it", () => {
    expect(readProposal(AS_GITEA_WRITES)).toEqual({
      proposal: {
        title: "Fix it",
        objective: "One\n````\n### Title\n\nForged",
        acceptance_criteria: "All green",
        owner: "me",
        risk: "medium",
        heartbeat_interval_seconds: 300,
        labels: { team: "a", run: "2" },
      },
    });
    expect(readProposal(bodyOf())).toEqual({ proposal: PROPOSAL });
  });

  test("in the form of an earlier version, without the previous mission, is read", () => {
    const section = "### Previous mission\n\n_No response_\n\n";
    expect(bodyOf()).toContain(section);
    expect(readProposal(bodyOf().replace(section, ""))).toEqual({ proposal: PROPOSAL });
  });

  test.each([
    ["a box that is checked by hand", bodyOf().replace("- [x]", "- [X]")],
    ["an indented fence in a longer one", bodyOf({ objective: "1. a\n\n   ```sh\n   b\n   ```" })],
    ["a fence of tildes", bodyOf({ objective: "1. a\n\n   ~~~sh\n   b\n   ~~~" })],
    ["Persian", bodyOf({ title: "می\u200cخواهم" })],
    ["Hindi", bodyOf({ objective: "क्\u200dष\nशक्\u200cति" })],
    ["a byte order mark", `\ufeff${bodyOf()}`],
    ["composed emoji", bodyOf({ title: "👩\u200d💻 👩🏽\u200d🚀 ❤\ufe0f\u200d🔥" })],
  ])("with %s is read", (_, body) => {
    expect(readProposal(body).problems).toBeUndefined();
  });

  test("of maximum size fits into a mission.json", () => {
    const proposal: Proposal = {
      ...PROPOSAL,
      title: long(200),
      objective: long(6000),
      acceptance_criteria: long(6000),
      constraints: long(6000),
      owner: long(200),
      labels: Object.fromEntries(
        Array.from({ length: 20 }, (_, at) => [`${"l".repeat(48)}${at + 10}`, long(80)]),
      ),
    };
    expect(readProposal(renderProposal(proposal))).toEqual({ proposal });
    const { title, owner, objective, labels, acceptance_criteria, constraints = "" } = proposal;
    const source = `https://git.test/${"x".repeat(300)}`;
    const about = {
      title,
      owner,
      objective,
      source,
      ...(labels && { labels }),
      more: { acceptance_criteria, constraints, risk: "low" },
    };
    expect(seedTexts(idOf(1), { details: about, now: new Date() }).has(CELL_FILES.mission)).toBe(
      true,
    );
  });
});

describe("a hostile body", () => {
  test.each(HOSTILE)("with %s is refused under %p", (_, field, section, why) => {
    const before = process.cpuUsage();
    const { problems } = readProposal(withSection(bodyOf(), field, section));
    const here = why.startsWith("its heading")
      ? FIELDS[FIELDS.findIndex(({ label }) => label === field) + 1]?.label
      : field;
    expect(problems).toContainEqual({ field: here as string, text: why });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(5000);
  });

  test.each(FIELDS.map(({ label }) => label))(
    "a second %p is refused, or inert in a text",
    (label) => {
      const forged = `${bodyOf()}### ${label}\n\nforged\n\n`;
      expect(readProposal(forged).problems).toEqual([
        {
          field: "Checklist",
          text: `there is more text after it: line ${bodyOf().split("\n").length} of the issue is "### ${label}"`,
        },
      ]);
      const inText = readProposal(bodyOf({ objective: `a\n\n### ${label}\n\n\`\`\`\nforged` }));
      expect({ ...inText.proposal, objective: PROPOSAL.objective }).toEqual(PROPOSAL);
    },
  );

  test("with more text after the form is refused, with the line where that starts", () => {
    const last = bodyOf().split("\n").length + 2;
    expect(readProposal(`${bodyOf()}\n\n> quoted`).problems).toEqual([
      {
        field: "Checklist",
        text: `there is more text after it: line ${last} of the issue is "> quoted"`,
      },
    ]);
  });

  test.each([
    ["nothing", ""],
    ["words", "Please make a mission."],
    [
      "another order",
      AS_GITEA_WRITES.replace(/(### Title[^]*?)(### Objective[^]*?)(?=### Acc)/, "$2$1"),
    ],
    ["words before the form", `<!--\n${bodyOf()}`],
    ["a heading of another level", bodyOf().replace("### Title", "## Title")],
    ["a heading without its empty line", bodyOf().replace("### Title\n\n", "### Title\n")],
  ])("%s is refused under the first field", (_, body) => {
    expect(readProposal(body).problems?.[0]).toEqual({
      field: "Title",
      text: expect.stringMatching(
        /^its heading is not as the form renders it: (no empty line follows: )?(line 1 of the issue is "|the issue ends)/,
      ),
    });
  });

  test.each([
    ["a heading", bodyOf().replace("### Title", "###\u00a0Title"), String.raw`###\u{a0}Title`],
    ["a box", bodyOf().replace("- [x] ", "- [x]\u2009"), String.raw`- [x]\u{2009}`],
    ["a label", bodyOf().replace("team=a", "te\u3000am=a"), String.raw`te\u{3000}am=a`],
  ])("%s with a space that is not one is shown with its code point", (_, body, shown) => {
    expect(readProposal(body).problems?.[0]?.text).toContain(shown);
  });

  test("is refused with all invalid fields at once", () => {
    const body = withSection(
      withSection(bodyOf({ title: "a\u202e" }), "Repository", "file:///etc"),
      "Ref",
      "-f",
    );
    expect(readProposal(body).problems?.map(({ field }) => field)).toEqual([
      "Title",
      "Repository",
      "Ref",
    ]);
  });

  test("is read as displayed or refused, and never crashes: 3,000 mutated bodies", () => {
    const cut = fc.record({
      at: fc.nat(1000),
      length: fc.nat(50),
      text: fc.array(fc.constantFrom(...PIECES, "\r", "\r\n", "\u2028", "\u202e", "\ud800")),
    });
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 4 }), (cuts) => {
        let body = bodyOf();
        for (const { at, length, text: put } of cuts)
          body = body.slice(0, at) + put.join("") + body.slice(at + length);
        const { proposal, problems } = readProposal(body);
        if (proposal === undefined) expect(problems?.length).toBeGreaterThan(0);
        else expect(readProposal(renderProposal(proposal))).toEqual({ proposal });
      }),
      { numRuns: 3000 },
    );
  });

  test.each([65_537, 32 * 1024 * 1024])("is refused without parsing at %d characters", (length) => {
    expect(readProposal(bodyOf().padEnd(length, "\r\n###"))).toEqual({
      problems: [{ field: "Body", text: "it is longer than 65,536 characters" }],
    });
  });

  test("with a ref needs a repository", () => {
    expect(readProposal(bodyOf({ repository: undefined })).problems).toEqual([
      { field: "Ref", text: "there is no repository" },
    ]);
  });
});
