/** HPACK by its appendix C, by the stories of its implementers, and by what must hold for any fields. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { HpackDecoder } from "../../../src/protocol/h2/hpack_decoder.ts";
import { HpackEncoder, type Indexing, type OutgoingField } from "../../../src/protocol/h2/hpack_encoder.ts";
import { huffmanDecode, huffmanEncode, huffmanLength } from "../../../src/protocol/h2/huffman.ts";
import { OutputBuffer } from "../../../src/protocol/h2/output_buffer.ts";
import { listFiles, readText } from "../../support/project.ts";
import { test } from "../../support/suite.ts";

function unhex(text: string): Uint8Array {
  return Uint8Array.from(text.replace(/\s/g, "").match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function decode(decoder: HpackDecoder, bytes: Uint8Array): string[] {
  return decoder.decode(bytes, 0, bytes.length, Infinity).fields.map(({ name, value }) => `${name}: ${value}`);
}

const COOKIE = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
const DATE = "date: Mon, 21 Oct 2013 20:13:21 GMT";
const LATER = "date: Mon, 21 Oct 2013 20:13:22 GMT";
const AT = "location: https://www.example.com";
const GET = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];

/** Fields of a head, and the size that the table has after them. */
type Decoded = readonly [fields: string[], size: number];

/** Those of appendix C.3, and of C.4, where the strings are in Huffman code. */
const REQUESTS: readonly Decoded[] = [
  [GET, 57],
  [[...GET, "cache-control: no-cache"], 110],
  [
    [
      ":method: GET",
      ":scheme: https",
      ":path: /index.html",
      ":authority: www.example.com",
      "custom-key: custom-value",
    ],
    164,
  ],
];

/** Those of appendix C.5 and C.6, alike. */
const RESPONSES: readonly Decoded[] = [
  [[":status: 302", "cache-control: private", DATE, AT], 222],
  [[":status: 307", "cache-control: private", DATE, AT], 222],
  [
    [":status: 200", "cache-control: private", LATER, AT, "content-encoding: gzip", `set-cookie: ${COOKIE}`],
    215,
  ],
];

/** RFC 7541 appendix C.2 to C.6: size of the table, what is decoded, and of which bytes. */
const APPENDIX: {
  readonly [section: string]: readonly [allowed: number, heads: readonly Decoded[], bytes: readonly string[]];
} = {
  "C.2.1": [4096, [[["custom-key: custom-header"], 55]], ["400a637573746f6d2d6b65790d637573746f6d2d686561646572"]],
  "C.2.2": [4096, [[[":path: /sample/path"], 0]], ["040c2f73616d706c652f70617468"]],
  "C.2.3": [4096, [[["password: secret"], 0]], ["100870617373776f726406736563726574"]],
  "C.2.4": [4096, [[[":method: GET"], 0]], ["82"]],
  "C.3": [4096, REQUESTS, [
    "828684410f7777772e6578616d706c652e636f6d",
    "828684be58086e6f2d6361636865",
    "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
  ]],
  "C.4": [4096, REQUESTS, [
    "828684418cf1e3c2e5f23a6ba0ab90f4ff",
    "828684be5886a8eb10649cbf",
    "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
  ]],
  "C.5": [256, RESPONSES, [
    "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f" +
    "7777772e6578616d706c652e636f6d",
    "4803333037c1c0bf",
    "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b42" +
    "5a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
  ]],
  "C.6": [256, RESPONSES, [
    "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
    "4883640effc1c0bf",
    "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f" +
    "3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
  ]],
};

for (const [section, [allowed, heads, bytes]] of Object.entries(APPENDIX)) {
  test(`HpackDecoder reads RFC 7541 appendix ${section}`, () => {
    const decoder = new HpackDecoder(allowed);
    assertEquals(heads.length, bytes.length);
    for (const [at, [fields, size]] of heads.entries()) {
      assertEquals(decode(decoder, unhex(bytes[at]!)), fields);
      assertEquals(decoder.tableSize, size);
    }
  });
}

test("HpackEncoder writes RFC 7541 appendix C.4", () => {
  const encoder = new HpackEncoder();
  const [, heads, bytes] = APPENDIX["C.4"]!;
  for (const [at, [fields]] of heads.entries()) {
    const out = new OutputBuffer();
    encoder.encode(
      fields.map((line) => outgoing(line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2))),
      out,
    );
    assertEquals(hex(out.take()), bytes[at]);
  }
});

function outgoing(name: string, value: string, indexing: Indexing = "index"): OutgoingField {
  return { name, value, indexing };
}

interface Story {
  readonly cases: readonly {
    readonly wire: string;
    readonly headers: readonly { readonly [name: string]: string }[];
  }[];
}

test("HpackDecoder and HpackEncoder tell the stories of other implementations", () => {
  const stories = listFiles("tests/testdata/hpack", ".json");
  assertEquals(stories.length, 21);
  for (const path of stories) {
    const [theirs, ours, encoder] = [new HpackDecoder(), new HpackDecoder(), new HpackEncoder()];
    for (const { wire, headers } of (JSON.parse(readText(path)) as Story).cases) {
      const lines = headers.flatMap((one) => Object.entries(one)).map(([name, value]) => `${name}: ${value}`);
      assertEquals(decode(theirs, unhex(wire)), lines);
      const out = new OutputBuffer();
      encoder.encode(headers.flatMap((one) => Object.entries(one)).map(([name, value]) => outgoing(name, value)), out);
      assertEquals(decode(ours, out.take()), lines);
      assertEquals(ours.tableSize, encoder.tableSize);
    }
  }
});

test("HpackEncoder never indexes a secret, and says so on the wire", () => {
  const encoder = new HpackEncoder();
  const write = (): string => {
    const out = new OutputBuffer();
    encoder.encode([outgoing("authorization", "s", "secret"), outgoing("x-key", "s", "secret")], out);
    return hex(out.take());
  };
  // 0x1f 0x08: never indexed, name 23 of the static table; 0x10: never indexed, name in full.
  const [first, second] = [write(), write()];
  assertEquals(first, second);
  assert(first.startsWith("1f08"), first);
  assertEquals(encoder.tableSize, 0);
});

test("HpackEncoder tells a smaller table before the first field that relies on it", () => {
  const [encoder, decoder] = [new HpackEncoder(), new HpackDecoder()];
  const send = (): string[] => {
    const out = new OutputBuffer();
    encoder.encode([outgoing("x-a", "1"), outgoing("x-b", "2")], out);
    return decode(decoder, out.take());
  };
  send();
  encoder.allow(0);
  encoder.allow(64);
  assertEquals(send(), ["x-a: 1", "x-b: 2"]);
  assertEquals([decoder.tableSize <= 64, encoder.tableSize], [true, decoder.tableSize]);
});

const MALFORMED: { [what: string]: string } = {
  "the index 0": "80",
  "an index beyond the table": "be",
  "a name beyond the table": "7f0001",
  "an integer without end": "ffffffffffffffffff7f",
  "an integer cut short": "ff80",
  "a string cut short": "400a6375",
  "a missing value": "400161",
  "a size update behind a field": "823f00",
  "a size update above what is allowed": "3fe21f",
  "Huffman padding of zeros": "4001618118",
  "Huffman padding of a whole byte": "4001618207ff",
  "EOS in a Huffman code": "40016184ffffffff",
};

for (const [what, bytes] of Object.entries(MALFORMED)) {
  test(`HpackDecoder refuses ${what}`, () => {
    const error = assertThrows(() => decode(new HpackDecoder(), unhex(bytes))) as Error & { h2Code: number };
    assertEquals([error.constructor.name, error.h2Code], ["ConnectionFault", 9]);
  });
}

test("HpackDecoder keeps no more of a bomb than the limit, and stays in step", () => {
  const decoder = new HpackDecoder();
  const out = new OutputBuffer();
  new HpackEncoder().encode([outgoing("x", "y".repeat(1_000))], out);
  const first = out.take();
  decode(decoder, first);
  const bomb = new Uint8Array(10_000).fill(0xbe);
  const { fields, size } = decoder.decode(bomb, 0, bomb.length, 65_536);
  assertEquals([fields.length <= 64, size], [true, 10_000 * 1_033]);
  assertEquals(decode(decoder, Uint8Array.of(0xbe)), [`x: ${"y".repeat(1_000)}`]);
});

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

test("Huffman: what is encoded decodes to itself, in the length announced", () => {
  fc.assert(fc.property(latin1, (text) => {
    const bytes = new Uint8Array(huffmanLength(text));
    assertEquals(huffmanEncode(text, bytes, 0), bytes.length);
    const decoded = new Uint8Array(2 * bytes.length + 1);
    const length = huffmanDecode(bytes, 0, bytes.length, decoded);
    assertEquals(String.fromCharCode(...decoded.subarray(0, length)), text);
  }));
});

test("HPACK: what is encoded decodes to itself, whatever came before", () => {
  const field = fc.record({
    name: fc.constantFrom("a", "b", ":path", "cookie", "accept"),
    value: fc.oneof(latin1, fc.constantFrom("", "1", "2", "x".repeat(3_000))),
    indexing: fc.constantFrom<Indexing>("index", "plain", "secret"),
  });
  const steps = fc.array(fc.tuple(fc.array(field), fc.constantFrom(undefined, 0, 100, 4_096)));
  fc.assert(fc.property(steps, (sections) => {
    const [encoder, decoder] = [new HpackEncoder(), new HpackDecoder()];
    for (const [fields, allowed] of sections) {
      if (allowed !== undefined) encoder.allow(allowed);
      const out = new OutputBuffer();
      encoder.encode(fields, out);
      assertEquals(decode(decoder, out.take()), fields.map(({ name, value }) => `${name}: ${value}`));
      assertEquals(decoder.tableSize, encoder.tableSize);
    }
  }));
});

test("HpackDecoder ends any bytes in fields or a fault of the compression", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    try {
      decode(new HpackDecoder(), bytes);
    } catch (error) {
      assertEquals((error as { h2Code?: number }).h2Code, 9);
    }
  }));
});
