/**
 * The form of a mission proposal, checked by every rule of Gitea for forms. Gitea offers a form that
 * breaks a rule to nobody, and shows the error only where the form's file is opened.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { FIELDS } from "../../lib/proposals/form/proposal.ts";
import { problemsOfChooser, problemsOfForm } from "../tools/template.ts";

const FOLDER = join(import.meta.dir, "../../config/gitea/.gitea/ISSUE_TEMPLATE");
const read = (name: string) => readFileSync(join(FOLDER, name), "utf8");
const HEAD = "name: A form\nabout: For tests\n";
const NAMED = "- type: input\n  id: a\n  attributes:\n    label: A\n";
const form = (...fields: string[]) => `${HEAD}body:\n${fields.join("")}`;
const field = (type: string, attributes: string, validations = "") =>
  form(
    `- type: ${type}\n${type === "markdown" ? "" : "  id: a\n"}  attributes: ${attributes}\n${validations}`,
  );
const checked = (validations: string) =>
  field("input", "{label: A}", `  validations: ${validations}\n`);

/** What a field of each type needs besides its label. */
const OPTIONS: Readonly<Record<string, string>> = {
  textarea: "",
  input: "",
  dropdown: ", options: [a]",
  checkboxes: ", options: [{label: a}]",
};

/** For each rule: its name, a form that obeys it, one that does not, and the error for that one. */
const RULES: readonly (readonly [rule: string, good: string, bad: string, said: string])[] = [
  ["is YAML", form(NAMED), "name: [", "YAML: "],
  ["is a map", form(NAMED), "- a\n", "YAML: it is not a map"],
  ["has no key twice", form(NAMED), `name: B\n${form(NAMED)}`, "YAML: Map keys must be unique"],
  [
    "means the same in YAML 1.1 and 1.2",
    checked("{required: true}"),
    checked("{required: yes}"),
    "YAML: it depends on the version",
  ],
  ["has a name", form(NAMED), `about: x\nbody:\n${NAMED}`, "the form: 'name' is required"],
  ["has a name with letters", form(NAMED), form(NAMED).replace("A form", '" "'), "name: should be"],
  ["says what it is about", form(NAMED), `name: x\nbody:\n${NAMED}`, "'about' is required"],
  [
    "may describe itself instead",
    form(NAMED).replace("about", "description"),
    form(NAMED).replace("about: For tests", "description: 7"),
    "description: should be a text",
  ],
  ["has a body", form(NAMED), HEAD, "the form: 'body' is required"],
  ["has a body that is a list", form(NAMED), `${HEAD}body: x\n`, "body: should be a fields"],
  ["has a body of fields", form(NAMED), `${HEAD}body: []\n`, "'body' is required"],
  ["has a body of maps", form(NAMED), form("- x\n"), "body[0]: should be a map"],
  [
    "has known keys only",
    `${form(NAMED)}title: x\nref: main\n`,
    `${form(NAMED)}titel: x\n`,
    "the form: unknown key 'titel'",
  ],
  [
    "has a title that is a text",
    `${form(NAMED)}title: x\n`,
    `${form(NAMED)}title: 7\n`,
    "title: should be a text",
  ],
  [
    "has labels that are texts",
    `${form(NAMED)}labels: [a]\n`,
    `${form(NAMED)}labels: [1]\n`,
    "labels: should be a list of texts",
  ],
  [
    "has assignees that are texts",
    `${form(NAMED)}assignees: [a]\n`,
    `${form(NAMED)}assignees: {}\n`,
    "assignees: should be a list of texts",
  ],
  [
    "knows its fields' types",
    form(NAMED),
    form(NAMED.replace("input", "select")),
    "body[0]: unknown type",
  ],
  [
    "knows no type of the prototype",
    form(NAMED),
    form(NAMED.replace("input", "constructor")),
    "body[0]: unknown type",
  ],
  ["knows its fields' keys", form(NAMED), form(`${NAMED}  visible: [form]\n`), "'visible'"],
  ["gives a field an id", form(NAMED), form(NAMED.replace("  id: a\n", "")), "'id' is required"],
  ["gives it a plain id", form(NAMED), form(NAMED.replace("id: a", "id: a.b")), "alphanumeric"],
  ["gives it an id that is a text", form(NAMED), form(NAMED.replace("id: a", "id: 7")), "alphanum"],
  [
    "gives no id twice",
    form(NAMED, NAMED.replace("id: a", "id: b").replace("label: A", "label: B")),
    form(NAMED, NAMED.replace("label: A", "label: B")),
    "id is repeated",
  ],
  [
    "gives no label twice",
    form(NAMED, NAMED.replace("id: a", "id: b").replace("label: A", "label: B")),
    form(NAMED, NAMED.replace("id: a", "id: b")),
    "label is repeated",
  ],
  [
    "gives words no id",
    field("markdown", "{value: x}"),
    form("- type: markdown\n  id: a\n  attributes: {value: x}\n"),
    "'id' has no use",
  ],
  [
    "has words in a markdown field",
    field("markdown", "{value: x}"),
    field("markdown", '{value: ""}'),
    "'value' is required",
  ],
  [
    "has attributes in a map",
    field("input", "{label: A}"),
    field("input", "[A]"),
    "'attributes' should",
  ],
  [
    "has validations in a map",
    checked("{required: true}"),
    checked("[required]"),
    "'validations' should",
  ],
  ...Object.entries(OPTIONS).map(
    ([type, options]) =>
      [
        `labels a field of type ${type}`,
        field(type, `{label: A${options}}`),
        field(type, `{description: A${options}}`),
        `(${type}): 'label' is required`,
      ] as const,
  ),
  ...["description", "placeholder", "value", "render"].map(
    (key) =>
      [
        `has a text as the ${key} of a textarea`,
        field("textarea", `{label: A, ${key}: text}`),
        field("textarea", `{label: A, ${key}: 7}`),
        `${key}: should be a text`,
      ] as const,
  ),
  ...["description", "placeholder", "value"].map(
    (key) =>
      [
        `has a text as the ${key} of an input`,
        field("input", `{label: A, ${key}: x}`),
        field("input", `{label: A, ${key}: {}}`),
        `${key}: should be a text`,
      ] as const,
  ),
  [
    "renders in one word",
    field("textarea", "{label: A, render: text}"),
    field("textarea", '{label: A, render: "a b"}'),
    "'render' is not a word",
  ],
  [
    "renders textareas only",
    field("textarea", "{label: A, render: text}"),
    field("input", "{label: A, render: text}"),
    "unknown key 'render'",
  ],
  ...["required", "is_number"].map(
    (key) =>
      [
        `says ${key} with yes or no`,
        checked(`{${key}: true}`),
        checked(`{${key}: "true"}`),
        `${key}: should be a bool`,
      ] as const,
  ),
  [
    "has a text as a regex",
    checked("{regex: a}"),
    checked("{regex: 7}"),
    "regex: should be a text",
  ],
  ["has a regex that compiles", checked("{regex: a}"), checked("{regex: '('}"), "does not compile"],
  [
    "has a regex that compiles in a browser (flag v)",
    checked("{regex: '[a\\-]'}"),
    checked("{regex: '[a-z.-]'}"),
    "does not compile",
  ],
  ["has a regex that asks for something", checked("{regex: a}"), checked("{regex: a?}"), "nothing"],
  [
    "checks numbers in inputs only",
    checked("{is_number: true}"),
    field("textarea", "{label: A}", "  validations: {is_number: true}\n"),
    "unknown key 'is_number'",
  ],
  [
    "has a list of options in a dropdown",
    field("dropdown", "{label: A, options: [a]}"),
    field("dropdown", "{label: A, options: a}"),
    "'options' is required",
  ],
  [
    "has options in a dropdown",
    field("dropdown", "{label: A, options: [a]}"),
    field("dropdown", "{label: A, options: []}"),
    "'options' is required",
  ],
  [
    "has texts as a dropdown's options",
    field("dropdown", "{label: A, options: [a, b]}"),
    field("dropdown", "{label: A, options: [{label: a}]}"),
    "option[0]: should be a text",
  ],
  [
    "has no comma in a dropdown's options",
    field("dropdown", "{label: A, options: [a]}"),
    field("dropdown", '{label: A, options: ["a, b"]}'),
    "should be a text without a comma",
  ],
  [
    "has no option twice",
    field("dropdown", "{label: A, options: [a, b]}"),
    field("dropdown", "{label: A, options: [a, a]}"),
    "option is repeated",
  ],
  [
    "says multiple with yes or no",
    field("dropdown", "{label: A, options: [a], multiple: true}"),
    field("dropdown", "{label: A, options: [a], multiple: 1}"),
    "multiple: should be a bool",
  ],
  [
    "has maps as checkboxes",
    field("checkboxes", "{label: A, options: [{label: a}]}"),
    field("checkboxes", "{label: A, options: [a]}"),
    "option[0]: should be a map",
  ],
  [
    "labels each checkbox",
    field("checkboxes", "{label: A, options: [{label: a}]}"),
    field("checkboxes", "{label: A, options: [{required: true}]}"),
    "'label' is required",
  ],
  [
    "requires checkboxes with yes or no",
    field("checkboxes", "{label: A, options: [{label: a, required: true}]}"),
    field("checkboxes", "{label: A, options: [{label: a, required: x}]}"),
    "required: should be a bool",
  ],
  [
    "knows the keys of a checkbox",
    field("checkboxes", "{label: A, options: [{label: a}]}"),
    field("checkboxes", "{label: A, options: [{label: a, checked: true}]}"),
    "unknown key 'checked'",
  ],
  [
    "validates no checkboxes as one",
    field("checkboxes", "{label: A, options: [{label: a}]}"),
    field("checkboxes", "{label: A, options: [{label: a}]}", "  validations: {required: true}\n"),
    "unknown key 'required'",
  ],
  ...["title", "ref", "about", "name"].map(
    (key) =>
      [
        `has a text as its ${key}`,
        `${form(NAMED).replace(new RegExp(`^${key}: .*\n`, "m"), "")}${key}: x\n`,
        `${form(NAMED).replace(new RegExp(`^${key}: .*\n`, "m"), "")}${key}: 7\n`,
        `${key}: should be a text`,
      ] as const,
  ),
  ...Object.entries(OPTIONS).flatMap(([type, options]) => [
    [
      `has a text as the label of a field of type ${type}`,
      field(type, `{label: A${options}}`),
      field(type, `{label: 7${options}}`),
      "label: should be a text",
    ] as const,
    [
      `has a text as the description of a field of type ${type}`,
      field(type, `{label: A, description: B${options}}`),
      field(type, `{label: A, description: 7${options}}`),
      "description: should be a text",
    ] as const,
    [
      `knows the attributes of a field of type ${type}`,
      field(type, `{label: A${options}}`),
      field(type, `{label: A, color: red${options}}`),
      "unknown key 'color'",
    ] as const,
    [
      `knows the validations of a field of type ${type}`,
      field(type, `{label: A${options}}`, "  validations: {}\n"),
      field(type, `{label: A${options}}`, "  validations: {length: 7}\n"),
      "unknown key 'length'",
    ] as const,
  ]),
  ...["textarea", "input", "dropdown"].map(
    (type) =>
      [
        `says required of a field of type ${type} with yes or no`,
        field(type, `{label: A${OPTIONS[type]}}`, "  validations: {required: true}\n"),
        field(type, `{label: A${OPTIONS[type]}}`, "  validations: {required: 1}\n"),
        "required: should be a bool",
      ] as const,
  ),
  [
    "has a regex in inputs only",
    checked("{regex: a}"),
    field("textarea", "{label: A}", "  validations: {regex: a}\n"),
    "unknown key 'regex'",
  ],
  [
    "has several choices in dropdowns only",
    field("dropdown", "{label: A, options: [a], multiple: true}"),
    field("input", "{label: A, multiple: true}"),
    "unknown key 'multiple'",
  ],
  [
    "has a text as words",
    field("markdown", "{value: x}"),
    field("markdown", "{value: 7}"),
    "value: should be a text",
  ],
  [
    "gives words no label",
    field("markdown", "{value: x}"),
    field("markdown", "{value: x, label: A}"),
    "unknown key 'label'",
  ],
  [
    "validates no words",
    field("markdown", "{value: x}"),
    field("markdown", "{value: x}", "  validations: {required: true}\n"),
    "unknown key 'required'",
  ],
  [
    "has options in dropdowns and checkboxes only",
    field("dropdown", "{label: A, options: [a]}"),
    field("input", "{label: A, options: [a]}"),
    "unknown key 'options'",
  ],
  [
    "has no empty option",
    field("dropdown", "{label: A, options: [a]}"),
    field("dropdown", '{label: A, options: [" "]}'),
    "option[0]: should be a text",
  ],
  [
    "has a list of checkboxes",
    field("checkboxes", "{label: A, options: [{label: a}]}"),
    field("checkboxes", "{label: A, options: {label: a}}"),
    "'options' is required",
  ],
  [
    "has checkboxes in it",
    field("checkboxes", "{label: A, options: [{label: a}]}"),
    field("checkboxes", "{label: A, options: []}"),
    "'options' is required",
  ],
  [
    "has a text as the label of a checkbox",
    field("checkboxes", "{label: A, options: [{label: a}]}"),
    field("checkboxes", "{label: A, options: [{label: 7}]}"),
    "label: should be a text",
  ],
  [
    "has no checkbox twice",
    field("checkboxes", "{label: A, options: [{label: a}, {label: b}]}"),
    field("checkboxes", "{label: A, options: [{label: a}, {label: a}]}"),
    "option is repeated",
  ],
];

describe("a form that Gitea accepts", () => {
  test.each(RULES)("%s", (_, good, bad, said) => {
    expect(problemsOfForm(good)).toEqual([]);
    expect(problemsOfForm(bad).join("\n")).toContain(said);
  });
});

describe("a chooser's config", () => {
  const link = "contact_links:\n- {name: a, url: https://a.example, about: b}\n";
  test.each([
    ["known keys only", "blank_issues_enabled: true\n", "blank: true\n", "unknown key 'blank'"],
    [
      "yes or no for blank issues",
      "blank_issues_enabled: false\n",
      "blank_issues_enabled: 1\n",
      "a bool",
    ],
    ["a list of links", link, "contact_links: a\n", "should be a list"],
    ["links that are maps", link, "contact_links: [a]\n", "should be a map"],
    ["a name for a link", link, link.replace("name: a, ", ""), "'name' is required"],
    ["a URL for a link", link, link.replace("url: https://a.example, ", ""), "'url' is required"],
    ["words about a link", link, link.replace(", about: b", ""), "'about' is required"],
    ["a text as a link's name", link, link.replace("name: a", "name: 7"), "name: should be a text"],
    ["a text as a link's URL", link, link.replace("https://a.example", "7"), "url: should be"],
    ["a text about a link", link, link.replace("about: b", "about: 7"), "about: should be a text"],
    ["a map", link, "- a\n", "YAML: it is not a map"],
    ["links that lead somewhere", link, link.replace("https://a.example", "a"), "is no URL"],
    [
      "no other key in a link",
      link,
      link.replace("name:", "color: red, name:"),
      "unknown key 'color'",
    ],
  ])("has %s", (_, good, bad, said) => {
    expect(problemsOfChooser(good)).toEqual([]);
    expect(problemsOfChooser(bad).join("\n")).toContain(said);
  });
});

describe("the templates in config/gitea", () => {
  interface Field {
    readonly type: string;
    readonly attributes: {
      readonly label?: string;
      readonly render?: string;
      readonly options?: readonly (string | { label: string; required?: boolean })[];
    };
  }
  const { body } = parse(read("mission-proposal.yaml")) as { body: Field[] };
  const fields = body.filter(({ type }) => type !== "markdown");

  test("are valid, and the folder contains nothing else", () => {
    expect(problemsOfForm(read("mission-proposal.yaml"))).toEqual([]);
    expect(problemsOfChooser(read("config.yaml"))).toEqual([]);
    expect(readdirSync(FOLDER).toSorted()).toEqual(["config.yaml", "mission-proposal.yaml"]);
  });

  test("contain the fields that are parsed, in that order and of that kind", () => {
    const KINDS = { textarea: "fenced", input: "line", dropdown: "choice", checkboxes: "checks" };
    const told = fields.map(({ type, attributes: { label, options } }) => ({
      label,
      kind: KINDS[type as keyof typeof KINDS],
      ...(options && {
        options: options.map((option) => (typeof option === "string" ? option : option.label)),
      }),
    }));
    expect(FIELDS.map((each) => ({ ...each, name: undefined, isNew: undefined }))).toEqual(
      told as never,
    );
  });

  test("render every text field in a fence, and require every checkbox", () => {
    const open = fields.filter(
      ({ type, attributes }) => type === "textarea" && attributes.render !== "text",
    );
    expect(open).toEqual([]);
    const checks = fields.flatMap(({ type, attributes }) =>
      type === "checkboxes" ? (attributes.options ?? []) : [],
    );
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.every((check) => typeof check === "object" && check.required)).toBe(true);
  });
});
