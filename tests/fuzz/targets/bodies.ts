/** What is read from bodies and files: forms, lines, text in pieces, netrc; and multipart names that are written. */

import { BodyError } from "../../../src/errors.ts";
import { multipartBody } from "../../../src/http/bodies/multipart.ts";
import { parseFormData } from "../../../src/http/form_data.ts";
import { LineSplitter } from "../../../src/http/line_splitter.ts";
import { parseMediaType } from "../../../src/http/media_type.ts";
import { TextChunks } from "../../../src/http/text_chunks.ts";
import { findLogin, parseNetrc } from "../../../src/policy/auth/netrc_file.ts";
import { bytesOf, type FuzzTarget, promise, same, wordsOf } from "../target.ts";

const FORM = parseMediaType("multipart/form-data; boundary=b");
const HEAD = 'Content-Disposition: form-data; name="a"';

/** A multipart form that is read. */
export const formData: FuzzTarget = {
  name: "form_data",
  seeds: [
    `--b\r\n${HEAD}\r\n\r\nx\r\n--b--\r\n`,
    `preamble\r\n--b\r\n${HEAD}; filename="f"\r\nContent-Type: text/plain\r\n\r\nx\r\n--b \t\r\n${HEAD}\r\n\r\n\r\n--b--`,
    "--b--",
    "",
  ],
  tokens: [
    "--b",
    "--b\r\n",
    "--b--",
    "\r\n",
    "\r\n\r\n",
    "\r\n--b",
    HEAD,
    'name="',
    "name=",
    "filename=",
    "Content-Type: ",
    "\n",
    "\r",
    "-",
    '"',
    "\\",
    "x",
    "%22",
  ],
  proper: (error) => error instanceof BodyError,
  run(input) {
    const form = parseFormData(bytesOf(input), FORM);
    return [...form].slice(0, 20).map(([name, value]) => `${wordsOf(name)} ${typeof value}`).join(" | ");
  },
};

/** Controls are escaped and stay so; a line end, and what says one, cannot be told apart, nor can `%22` and a quotation mark. */
function nameOnTheWire(name: string): string {
  return name.toWellFormed()
    // deno-lint-ignore no-control-regex
    .replace(/[\0-\x09\x0b\x0c\x0e-\x1f\x7f]/g, encodeURIComponent)
    .replace(/%0D/gi, "\r").replace(/%0A/gi, "\n").replace(/%22/g, '"')
    .replace(/\r\n?/g, "\n");
}

/** A part that is written: name, file name, type and content, one per line. */
export const multipart: FuzzTarget = {
  name: "multipart",
  seeds: ["a\nf.txt\ntext/plain\nx", 'a"b\nf\\g\n\nx\r\n--b--', "a\r\n\n%22\nx/y; z\n"],
  tokens: [
    '"',
    "\\",
    "\n",
    "\r",
    "\r\n",
    "%22",
    "%0D",
    ";",
    "name=",
    "--",
    "----formboundary",
    "\0",
    "\x7f",
    "\u20ac",
    "\ud800",
    "text/plain",
    "Content-Type:",
  ],
  proper: (error) => error instanceof TypeError,
  run(input) {
    const [name = "", filename = "", contentType = "", ...rest] = input.split("\n");
    const content = rest.join("\n");
    const part = { content, ...(filename === "" ? {} : { filename }), ...(contentType === "" ? {} : { contentType }) };
    const body = multipartBody([[name, part]]);
    promise(body.bytes !== undefined, "a small form that is not in memory");
    const text = new TextDecoder().decode(body.bytes);
    const boundary = body.contentType!.slice(body.contentType!.indexOf("=") + 1);
    promise(text.split(`--${boundary}`).length === 3, "a delimiter inside");
    const head = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n").slice(1);
    promise(head.length <= 2 && head[0]!.startsWith("Content-Disposition: form-data; name="), `the head ${head}`);
    promise(head.length < 2 || head[1]!.startsWith("Content-Type: "), `the head ${head}`);
    const fields = [...parseFormData(body.bytes!, parseMediaType(body.contentType!))];
    same(fields.length, 1, "the number of fields");
    const [readName, value] = fields[0]!;
    same(
      nameOnTheWire(readName),
      nameOnTheWire(name),
      "the name read again",
    );
    if (typeof value === "string") same(value, content.toWellFormed(), "the content read again");
    return `${head.length} ${readName.length} ${typeof value}`;
  },
};

/** Lines of a body that comes in pieces, each decoded as far as it is whole. */
export const lines: FuzzTarget = {
  name: "lines",
  seeds: ["a\nb\r\nc", "\xef\xbb\xbfa\n\xe2\x82\xac\n", "\r\n\r\r\n\n", "\xff\xfea\0\n\0", "\xe2\x82"],
  tokens: [
    "\n",
    "\r\n",
    "\r",
    "\xef\xbb\xbf",
    "\xff\xfe",
    "\xfe\xff",
    "\xe2\x82\xac",
    "\xf0\x9f\x98\x80",
    "\xe2",
    "\x80",
    "a",
  ],
  cuts: true,
  run(input, cut) {
    const chunks = new TextChunks();
    const splitter = new LineSplitter(10_000_000);
    const lines: string[] = [];
    let text = "";
    const push = (part: string): void => {
      text += part;
      splitter.push(part, lines);
    };
    for (const piece of cut(bytesOf(input))) push(chunks.push(piece));
    push(chunks.end());
    const last = splitter.end();
    const all = last === undefined ? lines : [...lines, last];
    const wanted = text.split("\n").map((line, index, list) =>
      index < list.length - 1 ? line.replace(/\r$/, "") : line
    );
    if (wanted.at(-1) === "") wanted.pop();
    same(all, wanted, "the lines");
    return `${"line ".repeat(Math.min(all.length, 9))}${wordsOf(text)}`;
  },
};

/** A netrc file, and the login of a host. */
export const netrc: FuzzTarget = {
  name: "netrc",
  seeds: [
    "machine a.test login u password p\ndefault login d password e",
    "machine a.test\nmacdef init\ncd /\n\nmachine b login x",
    '# c\nmachine "a b" login "\\"" password x',
    "machine",
    "login u",
  ],
  tokens: [
    "machine ",
    "default ",
    "login ",
    "password ",
    "account ",
    "macdef ",
    "a.test",
    "\n",
    "\n\n",
    "\r\n",
    " ",
    "\t",
    "#",
    '"',
    "\\",
    "\0",
    "\xff",
  ],
  proper: (error) => error instanceof TypeError,
  run(input) {
    const entries = parseNetrc(input);
    const login = findLogin(entries, "a.test", true);
    const named = findLogin(entries, "a.test", false);
    if (named !== undefined) promise(entries.some(({ machine }) => machine === "a.test"), "a login of nobody");
    return `${entries.length} ${login !== undefined} ${named !== undefined}`;
  },
};
