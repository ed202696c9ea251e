/**
 * Reads Markdown as far as the checks of the pages and the site need it: links, anchors, blocks of code.
 * Must not know a file system or a generator; text in, values out.
 */

const FENCE = /^\s*(`{3,}|~{3,})(.*)$/;
const LINK = /(?<=\]\()(?!<)[^()\s]+(?=(?:\s+"[^"]*")?\))/g;

/** The lines of a text, each with the fence that it opens or closes, or whether it stands within one. */
function* walk(text) {
  let open = null;
  for (const [at, line] of text.split("\n").entries()) {
    const [, ticks, info] = FENCE.exec(line) ?? [];
    const wasOpen = open;
    if (ticks !== undefined && open === null) open = ticks;
    else if (ticks !== undefined && ticks.startsWith(open ?? "") && info.trim() === "") open = null;
    yield { at, line, code: wasOpen !== null || open !== null, opens: wasOpen === null && open !== null ? info : null };
  }
}

/** The title of a heading, and its level. */
function readHeading(line) {
  const [, marks, title] = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line) ?? [];
  return marks === undefined ? undefined : { level: marks.length, title };
}

/** The blocks of code: the mark behind the opening fence, its line (from 1), the heading above, and the text. */
export function findBlocks(text) {
  const blocks = [];
  let heading = "";
  for (const { at, line, code, opens } of walk(text)) {
    if (!code) heading = readHeading(line)?.title ?? heading;
    if (opens !== null) blocks.push({ info: opens.trim(), line: at + 1, heading, lines: [] });
    else if (code && !FENCE.test(line)) blocks.at(-1).lines.push(line);
  }
  return blocks.map(({ lines, ...rest }) => ({ ...rest, code: lines.join("\n") }));
}

/** The name that a heading is linked by, as GitHub makes it. */
export function slugOf(heading) {
  return heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").trim().toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "").replaceAll(" ", "-");
}

/** The headings outside of code, with their level and the anchor of each, unlike any before it. */
export function findHeadings(text) {
  const seen = new Map();
  const headings = [];
  for (const { line, code } of walk(text)) {
    const heading = code ? undefined : readHeading(line);
    if (heading === undefined) continue;
    const slug = slugOf(heading.title);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    headings.push({ ...heading, anchor: count === 0 ? slug : `${slug}-${count}` });
  }
  return headings;
}

/** The text with each target of a link, outside of code, replaced by what `change` makes of it. */
export function changeLinks(text, change) {
  const lines = [];
  for (const { line, code } of walk(text)) {
    // Odd parts stand between backticks. A link around code is one of its even parts.
    lines.push(
      code ? line : line.split(/(`+[^`]*`+)/).map((part, at) => at % 2 ? part : part.replace(LINK, change)).join(""),
    );
  }
  return lines.join("\n");
}

/** The targets of all links outside of code. */
export function findLinks(text) {
  const links = [];
  changeLinks(text, (target) => {
    links.push(target);
    return target;
  });
  return links;
}
