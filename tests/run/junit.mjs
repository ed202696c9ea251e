/** Reads the reports of the three test runners, which agree on the JUnit form. */

const ENTITIES = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decode(text) {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    return ENTITIES[name] ?? whole;
  });
}

function attributes(text) {
  return Object.fromEntries(
    Array.from(text.matchAll(/([\w:-]+)="([^"]*)"/g), ([, name, value]) => [name, decode(value)]),
  );
}

/** One entry per test: its name, how it ended (`passed`, `failed`, `skipped`) and what it said. */
export function readReport(xml) {
  const tests = [];
  let suite = "";
  for (const found of xml.matchAll(/<testsuite\s([^>]*)>|<testcase\s([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    if (found[1] !== undefined) {
      suite = attributes(found[1]).name ?? "";
      continue;
    }
    const { name = "", file = suite } = attributes(found[2]);
    const body = found[3] ?? "";
    const failure = /<(?:failure|error)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/(?:failure|error)>)/.exec(body);
    if (failure) {
      const message = attributes(failure[1]).message ?? "";
      const text = decode((failure[2] ?? "").replace(/^\s*<!\[CDATA\[|\]\]>\s*$/g, "")).trim();
      tests.push({
        name,
        file,
        outcome: "failed",
        message: text.includes(message) ? text : `${message}\n${text}`.trim(),
      });
    } else tests.push({ name, file, outcome: /<skipped\b/.test(body) ? "skipped" : "passed", message: "" });
  }
  return tests;
}

/** How many tests ended in each way. */
export function countOutcomes(tests) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of tests) counts[outcome]++;
  return counts;
}

/** What does not fit between the tests that were skipped on a runtime and the table of skips. */
export function checkSkips(id, tests, skips) {
  const applies = (skip) => skip.on.some((on) => on === id || (on === "node" && id.startsWith("node")));
  const rows = skips.filter(applies);
  const names = new Set(tests.filter(({ outcome }) => outcome === "skipped").map(({ name }) => name));
  return [
    ...[...names].filter((name) => !rows.some((row) => row.test === name)).map((name) =>
      `skipped without a row in tests/skips.ts: ${name}`
    ),
    ...rows.filter((row) => !names.has(row.test)).map((row) =>
      `row in tests/skips.ts that matches no test: ${row.test}`
    ),
  ];
}
