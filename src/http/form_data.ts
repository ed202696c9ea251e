/**
 * Owns the reading of forms in response bodies: urlencoded, and multipart/form-data (RFC 7578).
 * Must not know the way out (`bodies/`).
 * Invariants: linear in the body; a malformed form is an error, never half a form.
 */

import { BodyError } from "../errors.ts";
import { quote } from "./field_grammar.ts";
import type { MediaType } from "./media_type.ts";

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;

/** Fields of one part's head, in bytes: names and types are short. */
const LARGEST_PART_HEAD = 16 * 1024;

/** Parts of one form; an object per part makes many tiny parts dear. */
const MOST_PARTS = 10_000;

/** Parses a body by its media type. Throws `BodyError` when it is no form, or malformed. */
export function parseFormData(bytes: Uint8Array, type: MediaType | undefined): FormData {
  if (type?.essence === "application/x-www-form-urlencoded") {
    const form = new FormData();
    for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) form.append(name, value);
    return form;
  }
  const boundary = type?.essence === "multipart/form-data" ? type.parameters.get("boundary") : undefined;
  if (boundary !== undefined && boundary !== "" && boundary.length <= 70) return parseMultipart(bytes, boundary);
  throw malformed(`its content type is ${type ? quote(type.essence) : "not given"}, expected a form`);
}

function parseMultipart(bytes: Uint8Array, boundary: string): FormData {
  const form = new FormData();
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
  // The first delimiter may stand at the very start, where its CR LF is left out.
  let at = startsWith(bytes, 0, delimiter.subarray(2)) ? delimiter.length - 2 : indexAfter(bytes, 0, delimiter);
  for (let parts = 0; at >= 0; parts++) {
    if (bytes[at] === DASH && bytes[at + 1] === DASH) return form;
    if (parts === MOST_PARTS) throw malformed(`it has more than ${MOST_PARTS} parts`);
    at = endOfDelimiter(bytes, at);
    const [head, start] = readHead(bytes, at);
    const next = indexAfter(bytes, start, delimiter);
    if (next < 0) break;
    append(form, head, bytes.subarray(start, next - delimiter.length));
    at = next;
  }
  throw malformed("its end is missing");
}

/** The place behind the line of a delimiter: blanks are allowed there (RFC 2046 §5.1.1). */
function endOfDelimiter(bytes: Uint8Array, at: number): number {
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  if (bytes[at] !== CR || bytes[at + 1] !== LF) throw malformed("a boundary is not followed by a line end");
  return at + 2;
}

interface PartHead {
  name: string | undefined;
  filename: string | undefined;
  type: string | undefined;
}

function readHead(bytes: Uint8Array, at: number): [head: PartHead, end: number] {
  const head: PartHead = { name: undefined, filename: undefined, type: undefined };
  const limit = Math.min(bytes.length, at + LARGEST_PART_HEAD);
  for (let start = at; start < limit;) {
    const feed = bytes.subarray(start, limit).indexOf(LF);
    if (feed < 1 || bytes[start + feed - 1] !== CR) break;
    if (feed === 1) return [head, start + 2];
    readField(new TextDecoder().decode(bytes.subarray(start, start + feed - 1)), head);
    start += feed + 1;
  }
  throw malformed("the head of a part is malformed or too long");
}

function readField(line: string, head: PartHead): void {
  const colon = line.indexOf(":");
  if (colon < 1) throw malformed("a part has a field without a name");
  const name = line.slice(0, colon).toLowerCase();
  const value = line.slice(colon + 1).trim();
  if (name === "content-type") head.type = value;
  else if (name === "content-disposition") {
    const semicolon = value.indexOf(";");
    if (semicolon < 0 || value.slice(0, semicolon).trim().toLowerCase() !== "form-data") return;
    const parameters = parseFormParameters(value, semicolon);
    head.name = parameters.get("name");
    head.filename = parameters.get("filename");
  }
}

/** The parameters of Content-Disposition as browsers write them: only `%22`, `%0D` and `%0A` are escapes. */
function parseFormParameters(text: string, at: number): Map<string, string> {
  const parameters = new Map<string, string>();
  while (at >= 0 && at < text.length) {
    const equals = text.indexOf("=", at);
    if (equals < 0) break;
    const name = text.slice(at + 1, equals).trim().toLowerCase();
    let end: number;
    let value: string;
    if (text[equals + 1] === '"') {
      const close = text.indexOf('"', equals + 2);
      if (close < 0) throw malformed("a name of a part has no closing quote");
      value = text.slice(equals + 2, close).replaceAll(/%(?:22|0D|0A)/gi, (escape) => decodeURIComponent(escape));
      end = text.indexOf(";", close);
    } else {
      end = text.indexOf(";", equals);
      value = text.slice(equals + 1, end < 0 ? text.length : end).trim();
    }
    if (!parameters.has(name)) parameters.set(name, value);
    at = end;
  }
  return parameters;
}

function append(form: FormData, head: PartHead, content: Uint8Array): void {
  if (head.name === undefined) throw malformed("a part has no name");
  if (head.filename === undefined) {
    form.append(head.name, new TextDecoder("utf-8", { ignoreBOM: true }).decode(content));
  } else {
    const type = head.type ?? "text/plain";
    form.append(head.name, new File([content as Uint8Array<ArrayBuffer>], head.filename, { type }));
  }
}

function startsWith(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  if (at + wanted.length > bytes.length) return false;
  for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false;
  return true;
}

/** The place behind the next `wanted`, which begins with CR; -1 when there is none. */
function indexAfter(bytes: Uint8Array, from: number, wanted: Uint8Array): number {
  for (let at = bytes.indexOf(CR, from); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (startsWith(bytes, at, wanted)) return at + wanted.length;
  }
  return -1;
}

function malformed(reason: string): BodyError {
  return new BodyError(`Cannot read the body as a form: ${reason}`, { code: "BODY_FORM" });
}
