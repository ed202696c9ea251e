/** The compression of fields over HTTP/2 (RFC 7541): what a peer sends, and what this side writes. */

import { ConnectionFault } from "../../../src/protocol/h2/error_codes.ts";
import { HpackDecoder } from "../../../src/protocol/h2/hpack_decoder.ts";
import { HpackEncoder, type Indexing, type OutgoingField } from "../../../src/protocol/h2/hpack_encoder.ts";
import { OutputBuffer } from "../../../src/protocol/h2/output_buffer.ts";
import { bytesOf, type FuzzTarget, promise, same, wordsOf } from "../target.ts";

/** Bytes of the table that the peer may fill. */
const TABLE = 4_096;

function encoded(encoder: HpackEncoder, fields: readonly OutgoingField[]): Uint8Array {
  const out = new OutputBuffer();
  encoder.encode(fields, out);
  return out.take();
}

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

const SECTIONS: readonly (readonly OutgoingField[])[] = [
  [{ name: ":status", value: "200", indexing: "index" }, { name: "x-a", value: "b", indexing: "index" }],
  [{ name: "set-cookie", value: "a=b", indexing: "secret" }, { name: "x-a", value: "c", indexing: "plain" }],
  [{ name: "date", value: "Mon, 21 Oct 2013 20:13:21 GMT", indexing: "index" }],
];

function sectionSeeds(): string[] {
  const encoder = new HpackEncoder();
  return SECTIONS.map((fields) => textOf(encoded(encoder, fields)));
}

/** Sections of a peer, one after the other over the same table; `\xfe\xfe` stands between them. */
export const hpackDecoder: FuzzTarget = {
  name: "hpack_decoder",
  seeds: [
    sectionSeeds().join("\xfe\xfe"),
    // The examples of RFC 7541, appendix C.
    "@\x0acustom-key\x0dcustom-header",
    "\x04\x0c/sample/path",
    "\x10\x08password\x06secret",
    "\x82\x86\x84A\x0fwww.example.com\xfe\xfe\x82\x86\x84\xbeX\x08no-cache",
    "\x82\x86\x84A\x8c\xf1\xe3\xc2\xe5\xf2:k\xa0\xab\x90\xf4\xff",
    "?\xe1\x1f\x82 \x88",
  ],
  tokens: [
    "\x82",
    "\x88",
    "\xbe",
    "\xbf",
    "\xff\x00",
    "\xff\xff\xff\xff\x0f",
    "\xff\x80\x80\x80\x80\x00",
    "\x80",
    "@\x01a\x01b",
    "@\x81\x1f\x01b",
    "@\x0a",
    "\x00\x01a\x01b",
    "\x10\x01a\x00",
    "\x00\x01A\x01b",
    "\x00\x00\x00",
    "\x7e\x01c",
    " ",
    "?\xe1\x1f",
    "?\xe2\x1f",
    "\x3f\xff\xff\xff\xff\x0f",
    "\x84\xff\xff\xff\xff",
    "\x8c\xf1\xe3\xc2\xe5\xf2:k\xa0\xab\x90\xf4\xff",
    "\xfe\xfe",
  ],
  proper: (error) => error instanceof ConnectionFault,
  run(input) {
    const decoder = new HpackDecoder(TABLE);
    const told: string[] = [];
    const encoder = new HpackEncoder();
    const mirror = new HpackDecoder(TABLE);
    for (const section of input.split("\xfe\xfe")) {
      const bytes = bytesOf(section);
      const { fields, size } = decoder.decode(bytes, 0, bytes.length, 65_536);
      const { table, tableSize } = decoder;
      promise(tableSize <= TABLE, `the table has ${tableSize} bytes`);
      same(table.reduce((sum, field) => sum + field.size, 0), tableSize, "the size of the table");
      promise(size > 65_536 || fields.reduce((sum, field) => sum + field.size, 0) === size, "the size of the section");
      const sound = fields.filter(({ flaw }) => flaw === undefined);
      const again = encoded(encoder, sound.map(({ name, value }) => ({ name, value, indexing: "index" as const })));
      const read = mirror.decode(again, 0, again.length, Infinity);
      same(read.fields.map(pairOf), sound.map(pairOf), "what was written again and read");
      told.push(`${fields.length} fields ${wordsOf(fields.map((field) => `${pairOf(field)}`).join())} ${tableSize}`);
    }
    return told.join("; ");
  },
};

function pairOf({ name, value }: { readonly name: string; readonly value: string }): readonly string[] {
  return [name, value];
}

const INDEXING: readonly Indexing[] = ["index", "plain", "secret"];

/** What this side writes: a line is a field, an empty one begins a section, `#` and a number change the table. */
export const hpackEncoder: FuzzTarget = {
  name: "hpack_encoder",
  seeds: [
    "0:method: GET\n0:path: /\n1x-a: b\n2cookie: a=b\n\n0:method: GET\n0x-a: b\n",
    "#0\n0x-a: b\n\n#64\n0x-a: b\n0x-b: c\n\n#4096\n0x-a: b\n",
    "0x-a: 1\n0x-b: 2\n0x-c: 3\n\n0x-c: 3\n0x-a: 1\n0x-a: 2\n",
    `0x-long: ${"y".repeat(4_200)}\n\n0x-a: b\n`,
  ],
  tokens: [
    "0x-a: b\n",
    "1x-a: b\n",
    "2x-a: b\n",
    "0:status: 200\n",
    "0accept: */*\n",
    "\n",
    "#0\n",
    "#33\n",
    "#100\n",
    "#4096\n",
    "#65536\n",
    "x".repeat(60),
    "\xff",
    ": ",
  ],
  run(input) {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder(TABLE);
    let fields: OutgoingField[] = [];
    const told: string[] = [];
    // A secret that was also sent as none has been told already.
    const known = new Set<string>();
    const end = (): void => {
      const block = encoded(encoder, fields);
      const read = decoder.decode(block, 0, block.length, Infinity);
      same(read.fields.map(pairOf), fields.map(pairOf), "what was written and read");
      promise(encoder.tableSize === decoder.tableSize, `tables of ${encoder.tableSize} and ${decoder.tableSize} bytes`);
      for (const { name, value, indexing } of fields) {
        if (indexing !== "secret") continue;
        const kept = decoder.table.some((entry) => entry.name === name && entry.value === value);
        const elsewhere = known.has(`${name}: ${value}`);
        promise(!kept || elsewhere, `the secret ${name} is in the table`);
      }
      const kinds = Array.from(block.subarray(0, 12), (byte) => byte >= 0x80 ? "known" : byte >= 0x40 ? "new" : "once");
      told.push(
        `${fields.map(({ indexing }) => indexing)} as ${kinds}, table ${encoder.tableSize > 0 ? "used" : "empty"}`,
      );
      fields = [];
    };
    for (const line of input.split("\n")) {
      const size = /^#(\d{1,6})$/.exec(line);
      const field = /^([0-2])([^ ]+): (.*)$/s.exec(line);
      // The peer has to know its own table: it allows no more than it has.
      if (size !== null && fields.length === 0) encoder.allow(Math.min(TABLE, Number(size[1])));
      else if (field !== null) {
        const [, kind, name, value] = field as unknown as [string, string, string, string];
        const indexing = INDEXING[Number(kind)]!;
        // What goes out was checked before: one byte per character.
        const clean = (text: string): string => textOf(bytesOf(text));
        fields.push({ name: clean(name).toLowerCase(), value: clean(value), indexing });
        if (indexing !== "secret") known.add(`${clean(name).toLowerCase()}: ${clean(value)}`);
      } else if (line === "") end();
    }
    end();
    return told.join("; ");
  },
};
