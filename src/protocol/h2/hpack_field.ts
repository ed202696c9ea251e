/**
 * Owns one field as HPACK knows it, and the static table (RFC 7541 appendix A).
 * Must not know how fields are encoded.
 */

/** What RFC 7541 section 4.1 adds to the bytes of a name and a value. */
export const ENTRY_OVERHEAD = 32;

/** One field of a table, or of a section. */
export class HpackField {
  readonly name: string;
  readonly value: string;
  /** What is wrong with it by RFC 9113 section 8.2.1; `undefined` for nothing. */
  readonly flaw: string | undefined;

  constructor(name: string, value: string, flaw?: string) {
    this.name = name;
    this.value = value;
    this.flaw = flaw;
  }

  /** Its size by RFC 7541 section 4.1. */
  get size(): number {
    return this.name.length + this.value.length + ENTRY_OVERHEAD;
  }
}

const NAMES_AND_VALUES = `:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`;

/** The static table; the first entry has the index 1. */
export const STATIC_TABLE: readonly HpackField[] = Object.freeze(
  NAMES_AND_VALUES.split("\n").map((line) => {
    const space = line.indexOf(" ");
    return space < 0 ? new HpackField(line, "") : new HpackField(line.slice(0, space), line.slice(space + 1));
  }),
);
