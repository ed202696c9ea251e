import { assertEquals, assertStrictEquals } from "@std/assert";
import { HpackDecoder } from "../../../src/protocol/h2/hpack_decoder.ts";
import { test } from "../../support/suite.ts";

/** A literal without Huffman code: the first byte, then strings. */
function literal(first: number, ...strings: readonly string[]): number[] {
  return [first, ...strings.flatMap((text) => [text.length, ...new TextEncoder().encode(text)])];
}

function decode(decoder: HpackDecoder, ...fields: readonly (readonly number[])[]): string {
  const bytes = Uint8Array.from(fields.flat());
  return decoder.decode(bytes, 0, bytes.length, Infinity).fields.map(({ name, value }) => `${name}=${value}`).join(" ");
}

/** Literal without indexing: server, an own name. Literal never indexed: set-cookie. */
const SERVER = 0x0f;
const SERVER_REST = 54 - 15;
const server = (value: string): number[] => [SERVER, SERVER_REST, ...literal(0, value).slice(1)];
const own = (name: string, value: string): number[] => literal(0x00, name, value);

test("HpackDecoder tells literals apart that share a place among the recent ones", () => {
  const decoder = new HpackDecoder();
  const steps: [number[][], string][] = [
    [[server("a"), own("x-one", "1")], "server=a x-one=1"],
    [[server("a"), own("x-one", "1")], "server=a x-one=1"],
    [[server("b"), own("x-one", "2")], "server=b x-one=2"],
    [[server("bb"), own("x-one", "22")], "server=bb x-one=22"],
    [[server("b"), own("x-ona", "2")], "server=b x-ona=2"],
    [[own("x-one", "2"), server("b")], "x-one=2 server=b"],
    [[server("x".repeat(120)), server("x".repeat(119) + "y")], `server=${"x".repeat(120)} server=${"x".repeat(119)}y`],
    [[server("")], "server="],
    [[], ""],
    [[server("")], "server="],
  ];
  for (const [fields, expected] of steps) assertEquals(decode(decoder, ...fields), expected);
});

test("HpackDecoder does not take an index of the dynamic table for the same name a section later", () => {
  const decoder = new HpackDecoder();
  // 62 is the newest entry: a name of its own each time.
  assertEquals(decode(decoder, literal(0x40, "x-one", "1"), [0x0f, 62 - 15, 1, 0x37]), "x-one=1 x-one=7");
  assertEquals(decode(decoder, literal(0x40, "x-two", "2"), [0x0f, 62 - 15, 1, 0x37]), "x-two=2 x-two=7");
});

test("HpackDecoder enters a literal into the table each time it comes", () => {
  const decoder = new HpackDecoder();
  for (let time = 1; time <= 200; time++) {
    decode(decoder, literal(0x40, "x-one", "1"));
    assertEquals(decoder.tableSize, Math.min(time, Math.floor(4096 / 38)) * 38);
  }
  assertEquals(new Set(decoder.table.map(({ name, value }) => name + value)), new Set(["x-one1"]));
});

test("HpackDecoder gives the same section for the same fields, and another for fewer, more or a lower limit", () => {
  const decoder = new HpackDecoder();
  const once = (limit: number, ...fields: readonly number[][]): ReturnType<HpackDecoder["decode"]> => {
    const bytes = Uint8Array.from(fields.flat());
    return decoder.decode(bytes, 0, bytes.length, limit);
  };
  const names = ({ fields }: ReturnType<HpackDecoder["decode"]>): string => fields.map(({ name }) => name).join();
  const first = once(Infinity, [0x88], server("a"), own("x-one", "1"));
  assertStrictEquals(once(Infinity, [0x88], server("a"), own("x-one", "1")), first);
  assertEquals(names(once(Infinity, [0x88], server("a"))), ":status,server");
  assertEquals(names(once(Infinity, [0x88], server("a"), own("x-one", "1"))), ":status,server,x-one");
  const cut = once(50, [0x88], server("a"), own("x-one", "1"));
  assertEquals([names(cut), cut.size], [":status", first.size]);
  assertEquals(names(first), ":status,server,x-one");
  assertEquals(names(once(Infinity, [0x88], server("a"), own("x-one", "1"))), ":status,server,x-one");
});

test("HpackDecoder keeps nothing of what must not be indexed", () => {
  const decoder = new HpackDecoder();
  const secret = (value: string): number[] => [0x1f, 55 - 15, ...literal(0, value).slice(1)];
  const bytes = Uint8Array.from(secret("a"));
  const [one] = decoder.decode(bytes, 0, bytes.length, Infinity).fields;
  decode(decoder);
  const [two] = decoder.decode(bytes, 0, bytes.length, Infinity).fields;
  assertEquals([one!.value, two!.value, one === two], ["a", "a", false]);
});
