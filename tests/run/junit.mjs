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
    // Node escapes a quote twice.
    Array.from(
      text.matchAll(/([\w:-]+)="([^"]*)"/g),
      ([, name, value]) => [name, decode(value.replaceAll("&amp;quot;", "&quot;"))],
    ),
  );
}

// Attributes may hold a bare ">".
const ATTRIBUTES = `((?:[^>"]|"[^"]*")*?)`;
const ELEMENT = new RegExp(
  `<testsuite\\s${ATTRIBUTES}>|<testcase\\s${ATTRIBUTES}(?:/>|>([\\s\\S]*?)</testcase>)`,
  "g",
);
const FAILURE = new RegExp(`<(?:failure|error)\\b${ATTRIBUTES}(?:/>|>([\\s\\S]*?)</(?:failure|error)>)`);

function readFailure([, head, body = ""]) {
  const message = attributes(head).message ?? "";
  const text = decode(body.replace(/^\s*<!\[CDATA\[|\]\]>\s*$/g, "")).trim();
  // Most runners repeat the message at the head of the stack.
  return text.includes(message.split("\n")[0]) ? text : `${message}\n${text}`.trim();
}

/**
 * One entry per test: its name, how it ended (`passed`, `failed`, `skipped`) and what it said.
 * Node lists a file as a test when it has none or broke beside its tests (`wholeFile`).
 */
export function readReport(xml) {
  const tests = [];
  let suite = "";
  for (const [, suiteHead, head, body = ""] of xml.matchAll(ELEMENT)) {
    if (suiteHead !== undefined) {
      suite = attributes(suiteHead).name ?? "";
      continue;
    }
    const { name = "", file = suite } = attributes(head);
    const failure = FAILURE.exec(body);
    const wholeFile = name !== "" && (name === file || file.endsWith(`/${name}`) || /^\/.*_test\.js$/.test(name));
    const outcome = failure ? "failed" : /<skipped\b/.test(body) ? "skipped" : "passed";
    if (wholeFile && outcome === "passed") continue;
    tests.push({ name, file, outcome, message: failure ? readFailure(failure) : "", wholeFile });
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
