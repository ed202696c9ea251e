/** The plugin as a whole: as `deno lint` loads it, and as its page describes it. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execFileSync, spawnSync } from "node:child_process";
import process from "node:process";
import plugin from "../../../src/lint/mod.ts";
import { readJson, readText, ROOT } from "../../support/project.ts";
import { test } from "../../support/suite.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { placesOf, reportsOf } from "./cases.ts";

const PAGE = "docs/how-to/lint.md";
const RULES = Object.keys(plugin.rules);

/** A module in which every rule has something to say. */
const HAZARDS = `import got from "got";
import process from "node:process";
import { fetch as mine } from "./mine.ts";

process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
await fetch("https://a.test/ping");
await got.post("https://ana:secret@a.test/", { timeout: { request: 1 }, retry: { methods: ["POST"] } });
export const answer = await (await fetch("https://a.test/", { signal: AbortSignal.timeout(1) })).json();
// deno-lint-ignore jetstream/require-timeout jetstream/no-unread-body
await fetch("https://a.test/left-out");
await mine("https://a.test/");
`;

function project(lint: Record<string, unknown>): TempFolder {
  const folder = new TempFolder();
  const given = { links: [ROOT], lint: { ...lint, plugins: ["jsr:@jetstream/client/lint"] } };
  folder.write("deno.json", JSON.stringify(given), 0o644);
  folder.write("main.ts", HAZARDS, 0o644);
  return folder;
}

function lint(folder: TempFolder, ...args: string[]): { status: number | null; found: [string, number][] } {
  const { status, stdout } = spawnSync(process.execPath, ["lint", "--json", ...args], {
    cwd: folder.path,
    encoding: "utf8",
  });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; range: { start: { line: number } } }[] };
  return { status, found: diagnostics.map(({ code, range }) => [code, range.start.line]) };
}

test("deno lint loads the plugin by its subpath and reports what it finds", (t) => {
  const folder = project({});
  t.after(() => folder.remove());
  const { status, found } = lint(folder);
  assertEquals(status, 1);
  assertEquals(found.toSorted(), [
    ["jetstream/no-post-retry", 7],
    ["jetstream/no-unread-body", 6],
    ["jetstream/no-unverified-tls", 5],
    ["jetstream/no-url-credentials", 7],
    ["jetstream/require-status-check", 8],
    ["jetstream/require-timeout", 6],
  ]);
});

test("deno lint leaves out a rule that the project excludes", (t) => {
  const folder = project({ rules: { exclude: RULES.slice(1).map((name) => `jetstream/${name}`) } });
  t.after(() => folder.remove());
  // The comment that leaves a line out is then of no use, and Deno says so.
  const found = lint(folder).found.filter(([code]) => code !== "ban-unused-ignore");
  assertEquals(found, [[`jetstream/${RULES[0]}`, 7]]);
});

test("deno lint --fix mends what can be mended, and then finds no more of it", (t) => {
  const folder = project({});
  t.after(() => folder.remove());
  spawnSync(process.execPath, ["lint", "--fix"], { cwd: folder.path });
  const after = folder.read("main.ts");
  assertEquals(
    after,
    HAZARDS.replace(
      'await fetch("https://a.test/ping");',
      'await (await fetch("https://a.test/ping")).body?.cancel();',
    ),
  );
  assertEquals(lint(folder).found.filter(([code]) => code === "jetstream/no-unread-body"), []);
});

test("every rule gives its reason and the Jetstream form", () => {
  const reports = RULES.flatMap((rule) => reportsOf(rule, HAZARDS));
  assertEquals(new Set(reports.map(({ id }) => id)).size, RULES.length);
  for (const { id, message, hint = "" } of reports) {
    assert(/^[A-Z].*[^.]$/.test(message), `${id}: ${message}`);
    assertStringIncludes(hint, "Jetstream");
    assert(/await \w+\(|new Client\(/.test(hint), `${id}: ${hint}`);
  }
});

test("the rules see through JSX, JavaScript and casts alike", () => {
  const source = 'const x = <A b={fetch("a:")}>{fetch("b:")}</A>;';
  assertEquals(placesOf("require-timeout", source, "main.tsx"), ['fetch("a:")', 'fetch("b:")']);
  assertEquals(placesOf("require-timeout", 'fetch("a:");', "main.js"), ['fetch("a:")']);
});

test("the plugin loads nothing but its own folder, and nothing loads it", () => {
  const info = execFileSync(process.execPath, ["info", "--json", `${ROOT}src/lint/mod.ts`], { encoding: "utf8" });
  const { modules } = JSON.parse(info) as { modules: { specifier: string }[] };
  assertEquals(modules.filter(({ specifier }) => !specifier.includes("/src/lint/")), []);
  assert(modules.length > RULES.length);
  assertEquals((readJson("deno.json")["exports"] as Record<string, string>)["./lint"], "./src/lint/mod.ts");
});

/** The code blocks in the section of a rule: the hazard, then the Jetstream form. */
function examplesOf(rule: string): string[] {
  const page = readText(PAGE);
  const start = page.indexOf(`\n## \`jetstream/${rule}\`\n`);
  assert(start > 0, `${rule} has no section`);
  const end = page.indexOf("\n## ", start + 1);
  return [...page.slice(start, end).matchAll(/```ts no-run\n([\s\S]*?)```/g)].map(([, code]) => code!);
}

for (const rule of RULES) {
  test(`the page has a hazard that ${rule} flags, and a form that no rule flags`, () => {
    const [hazard = "", form = "", ...others] = examplesOf(rule);
    assertEquals(others, []);
    assert(reportsOf(rule, hazard).length > 0, "the hazard is not flagged");
    assertStringIncludes(form, "@jetstream/client");
    assertEquals(Deno.lint.runPlugin(plugin, "main.ts", form), []);
  });
}

test("the table of the page says which rules mend", () => {
  const rows = [...readText(PAGE).matchAll(/^\| \[`jetstream\/([a-z-]+)`\]\(#\S+\) +\|.*\| (yes|no) +\|$/gm)];
  const mends = (rule: string): boolean =>
    reportsOf(rule, HAZARDS).some(({ fix }) => fix !== undefined && fix.length > 0);
  assertEquals(
    rows.map(([, rule, says]) => [rule!, says === "yes"] as const).toSorted(),
    RULES.map((rule) => [rule, mends(rule)] as const).toSorted(),
  );
});
