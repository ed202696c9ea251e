import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { IncompleteReadError } from "../../../src/errors.ts";
import { type BodyReader, CLOSE_READER, LengthReader } from "../../../src/protocol/h1/body_readers.ts";
import { END, NEED_DATA } from "../../../src/protocol/h1/events.ts";
import { ReceiveBuffer } from "../../../src/protocol/h1/receive_buffer.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, textOf } from "./transcript.ts";

function readerOf(length: number): LengthReader {
  const reader = new LengthReader();
  reader.begin(length);
  return reader;
}

function dataOf(reader: BodyReader, input: ReceiveBuffer): string {
  const event = reader.read(input);
  assert(event.type === "data");
  assertStrictEquals(event.view, input.view);
  assertEquals(event.length, event.bytes.length);
  return textOf(event.bytes);
}

test("LengthReader takes its bytes out of the view, and none behind them", () => {
  const reader = readerOf(5);
  const input = new ReceiveBuffer();
  assertStrictEquals(reader.read(input), NEED_DATA);
  input.receive(bytesOf("he"));
  assertEquals(dataOf(reader, input), "he");
  assertStrictEquals(reader.read(input), NEED_DATA);
  assertEquals(reader.expected, 3);
  input.receive(bytesOf("llo!"));
  assertEquals(dataOf(reader, input), "llo");
  assertStrictEquals(reader.read(input), END);
  assertEquals(input.pending, 1);
});

test("LengthReader ends at once when there is nothing to read", () => {
  assertStrictEquals(readerOf(0).read(new ReceiveBuffer()), END);
  assertStrictEquals(readerOf(0).end(), END);
});

test("LengthReader.end() tells how much is missing", () => {
  const reader = readerOf(5);
  reader.consume(2);
  const error = assertThrows(() => reader.end(), IncompleteReadError, "after 2 of 5 bytes");
  assertEquals([error.received, error.expected, error.progress], [2, 5, "answered"]);
  reader.consume(3);
  assertStrictEquals(reader.end(), END);
});

test("CloseReader takes all there is, until the end", () => {
  const input = new ReceiveBuffer();
  assertStrictEquals(CLOSE_READER.read(input), NEED_DATA);
  input.receive(bytesOf("abc"));
  assertEquals(dataOf(CLOSE_READER, input), "abc");
  assertEquals(CLOSE_READER.expected, Infinity);
  CLOSE_READER.consume(1e9);
  assertEquals(CLOSE_READER.expected, Infinity);
  assertStrictEquals(CLOSE_READER.end(), END);
});
