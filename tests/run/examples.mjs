/**
 * Finds the examples in docs. Deno checks the types of each, and runs those that may run: it skips
 * `ts ignore`, but knows no mark for "right, but it needs a server", which is `ts no-run` here.
 */

const FENCE = /^[\s*]*```(.*)$/;
const LANGUAGE = /^(?:ts|tsx|mts|js|jsx|mjs|typescript|javascript)$/;

/** The lines, counted from 1, on which the examples of a text begin that may run. */
export function findExamples(text) {
  const lines = [];
  let open = false;
  for (const [at, line] of text.split("\n").entries()) {
    const fence = FENCE.exec(line);
    if (!fence) continue;
    open = !open;
    const [language, ...marks] = fence[1].trim().split(/[\s,]+/);
    if (open && LANGUAGE.test(language) && !marks.includes("ignore") && !marks.includes("no-run")) lines.push(at + 1);
  }
  return lines;
}

/** The filter with which `deno test --doc` takes these examples and no others. */
export function exampleFilter(examples) {
  const names = examples.map(({ path, line }) => `${path.replace(/[^\w/-]/g, "\\$&").replaceAll("/", "\\/")}#${line}-`);
  return `/(?:${names.join("|")})/`;
}
