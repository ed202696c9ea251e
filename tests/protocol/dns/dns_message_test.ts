import fc from "fast-check";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { decodeAnswer, encodeQuery, RECORD } from "../../../src/protocol/dns/dns_message.ts";
import { DNSError } from "../../../src/errors.ts";
import { test } from "../../support/suite.ts";
import { dnsMessage, type Message, nameBytes } from "./dns_builder.ts";

const A = RECORD.a;
const ANSWER = { name: 12, type: 1, data: [10, 0, 0, 1] };

function decode(message: Message, type: 1 | 28 = A): ReturnType<typeof decodeAnswer> {
  return decodeAnswer(dnsMessage(message), 7, "a.test", type);
}

test("encodeQuery() asks one question with recursion and EDNS", () => {
  const bytes = encodeQuery(0x1234, "a.test", RECORD.aaaa);
  const header = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1];
  assertEquals([...bytes], [...header, ...nameBytes("a.test"), 0, 28, 0, 1, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);
  assertEquals(encodeQuery(1, "a.test.", A), encodeQuery(1, "a.test", A));
});

const BAD_NAMES = ["", ".", "a..b", `${"x".repeat(64)}.test`, `${"abcdefg.".repeat(32)}test`, "ü.test", "a b.test"];

test("encodeQuery() refuses what is no host name", () => {
  for (const name of BAD_NAMES) {
    const error = assertThrows(() => encodeQuery(1, name, A), DNSError, "it is no host name");
    assertEquals([error.code, error.retryable], ["DNS_NAME", false]);
  }
  assertEquals(encodeQuery(1, `${"x".repeat(63)}.test`, A).length > 0, true);
});

test("decodeAnswer() reads addresses of both families with the shortest TTL", () => {
  const v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  assertEquals(decode({ answers: [{ ...ANSWER, ttl: 90 }, { ...ANSWER, data: [10, 0, 0, 2], ttl: 30 }] }), {
    kind: "addresses",
    addresses: ["10.0.0.1", "10.0.0.2"],
    ttl: 30,
  });
  assertEquals(
    decode({ question: { name: "a.test", type: 28 }, answers: [{ name: "a.test", type: 28, data: v6 }] }, 28),
    { kind: "addresses", addresses: ["2001:db8::1"], ttl: 60 },
  );
});

test("decodeAnswer() follows aliases in any order, and their TTL counts", () => {
  const answers = [
    { name: "c.test", type: 1, data: [10, 0, 0, 3], ttl: 100 },
    { name: "b.test", type: 5, data: "C.test", ttl: 20 },
    { name: "A.test", type: 5, data: "b.TEST", ttl: 50 },
  ];
  assertEquals(decode({ answers }), { kind: "addresses", addresses: ["10.0.0.3"], ttl: 20 });
});

test("decodeAnswer() takes no address of another name, family or class", () => {
  const answers = [
    { name: "b.test", type: 1, data: [10, 0, 0, 1] },
    { name: "a.test", type: 28, data: Array<number>(16).fill(1) },
    { name: "a.test", type: 1, class: 3, data: [10, 0, 0, 1] },
  ];
  assertEquals(decode({ answers }), { kind: "none" });
});

test("decodeAnswer() compares names without regard to case", () => {
  assertEquals(decode({ question: { name: "A.tEst", type: 1 }, answers: [ANSWER] }).kind, "addresses");
});

const CODES: readonly (readonly [flags: number, kind: string])[] = [
  [0x8180, "none"],
  [0x8183, "missing"],
  [0x8182, "failed"],
  [0x8185, "failed"],
  [0x8380, "truncated"],
  [0x8383, "truncated"],
];

test("decodeAnswer() tells apart what a server may say", () => {
  for (const [flags, kind] of CODES) assertEquals(decode({ flags }).kind, kind, flags.toString(16));
  assertEquals(decode({ flags: 0x8185 }), { kind: "failed", code: 5 });
});

test("decodeAnswer() counts a TTL with its first bit set as 0", () => {
  assertEquals(decode({ answers: [{ ...ANSWER, ttl: 0x80000001 }] }), {
    kind: "addresses",
    addresses: ["10.0.0.1"],
    ttl: 0,
  });
  assertEquals(decode({ answers: [{ ...ANSWER, ttl: 0x7fffffff }] }), {
    kind: "addresses",
    addresses: ["10.0.0.1"],
    ttl: 0x7fffffff,
  });
});

const FOREIGN: readonly (readonly [name: string, message: Message])[] = [
  ["another id", { id: 8 }],
  ["a query", { flags: 0x0100 }],
  ["another opcode", { flags: 0x9180 }],
  ["another name", { question: { name: "b.test", type: 1 } }],
  ["another type", { question: { name: "a.test", type: 28 } }],
  ["another class", { question: { name: "a.test", type: 1, class: 3 } }],
  ["two questions", { questions: 2 }],
];

for (const [name, message] of FOREIGN) {
  test(`decodeAnswer() refuses ${name}`, () => {
    const error = assertThrows(() => decode({ ...message, answers: [ANSWER] }), DNSError, "another question");
    assertEquals(error.code, "DNS_MALFORMED");
  });
}

const MALFORMED: readonly (readonly [name: string, message: Message, why: string])[] = [
  ["an address of 3 bytes", { answers: [{ ...ANSWER, data: [1, 2, 3] }] }, "an address of 3 bytes"],
  ["a pointer to itself", { answers: [{ ...ANSWER, name: 24 }] }, "a name points forward"],
  ["a pointer forward", { answers: [{ ...ANSWER, name: 200 }] }, "a name points forward"],
  ["fewer records than announced", { answers: [ANSWER], count: 2 }, "it ends too early"],
  [
    "an alias with a name that is too long",
    { answers: [{ name: 12, type: 5, data: [3, 97, 98, 99, 0xc0, 12, 1] }] },
    "",
  ],
  ["a label of unknown type", { answers: [{ name: 12, type: 5, data: [0x80, 0] }] }, "unknown type"],
];

for (const [name, message, why] of MALFORMED) {
  test(`decodeAnswer() refuses ${name}`, () => {
    if (why === "") assertEquals(decode(message).kind, "none");
    else assertThrows(() => decode(message), DNSError, why);
  });
}

test("decodeAnswer() refuses pointers that form a loop", () => {
  const message = dnsMessage({ answers: [{ name: 12, type: 5, data: [1, 97, 0xc0, 0] }] });
  // The alias begins at 36, its pointer stands at 38.
  for (const target of [36, 37, 38, 39, 255]) {
    message[message.length - 1] = target;
    assertThrows(() => decodeAnswer(message, 7, "a.test", A), DNSError, "points forward");
  }
  message[message.length - 1] = 12;
  assertEquals(decodeAnswer(message, 7, "a.test", A).kind, "none");
});

test("decodeAnswer() refuses a name that pointers make too long", () => {
  const labels = Array.from({ length: 60 }, () => [3, 97, 97, 97]).flat();
  const answers = [
    { name: 12, type: 16, data: [...labels, 0] },
    { name: 12, type: 5, data: [...labels.slice(0, 80), 0xc0, 36] },
  ];
  assertThrows(() => decode({ answers }), DNSError, "a name is too long");
});

test("decodeAnswer() does not follow aliases without end", () => {
  const chain = (length: number): Message => ({
    answers: [
      { name: "a.test", type: 5, data: "n0.test" },
      ...Array.from({ length }, (_, at) => ({ name: `n${at}.test`, type: 5, data: `n${at + 1}.test` })),
      { name: `n${length}.test`, type: 1, data: [1, 1, 1, 1] },
    ],
  });
  assertEquals(decode(chain(15)).kind, "addresses");
  assertThrows(() => decode(chain(16)), DNSError, "more than 16 aliases");
  assertThrows(
    () => decode({ answers: [{ name: "a.test", type: 5, data: "a.test" }] }),
    DNSError,
    "more than 16 aliases",
  );
});

test("decodeAnswer() reads no more records than make sense", () => {
  const answers = Array.from({ length: 300 }, () => ANSWER);
  const answer = decode({ answers });
  assert(answer.kind === "addresses");
  assertEquals(answer.addresses.length, 256);
});

test("decodeAnswer() gives an answer or a DNSError, whatever comes", () => {
  const valid = dnsMessage({ answers: [ANSWER, { name: "a.test", type: 5, data: "b.test" }] });
  const changed = fc.array(fc.record({ at: fc.nat(valid.length - 1), byte: fc.nat(255) }), { maxLength: 6 });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), changed), fc.nat(valid.length), (input, cut) => {
      const message = input instanceof Uint8Array ? input : valid.slice(0, Math.max(12, cut));
      if (!(input instanceof Uint8Array)) { for (const { at, byte } of input) message[at] = byte; }
      try {
        decodeAnswer(message, 7, "a.test", A);
      } catch (error) {
        assertInstanceOf(error, DNSError);
      }
    }),
    { numRuns: 3_000 },
  );
});
