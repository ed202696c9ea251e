import { assertEquals, assertStrictEquals } from "@std/assert";
import { CLOSED, DataEvent, END, HeadEvent, InformationalEvent, NEED_DATA } from "../../../src/protocol/h1/events.ts";
import { UNSOLICITED, UPGRADED } from "../../../src/protocol/h1/events.ts";
import { FieldSection } from "../../../src/protocol/h1/field_section.ts";
import { test } from "../../support/suite.ts";
import { bytesOf, textOf } from "./transcript.ts";

const TEXT = "HTTP/1.0 200 Fine\r\nA: b\r\n\r\n";
const SECTION = new FieldSection(TEXT, [19, 20, 22, 23]);
const LINE = { status: 200, minor: 0, reasonFrom: 13, reasonTo: 17, contentEncoded: true };
const HINT = { timeout: 5000, max: undefined };

test("DataEvent is a part of a view, without a copy", () => {
  const view = bytesOf("abcdef");
  const event = new DataEvent(view, 2, 5);
  assertEquals([event.type, event.length, textOf(event.bytes)], ["data", 3, "cde"]);
  view[2] = 0x58;
  assertEquals(textOf(event.bytes), "Xde");
});

test("HeadEvent tells version and reason", () => {
  const event = new HeadEvent(LINE, SECTION, "length", 7, "http-1.0", HINT, false);
  assertEquals([event.type, event.status, event.version, event.reason], ["head", 200, "1.0", "Fine"]);
  assertEquals(new HeadEvent({ ...LINE, minor: 1 }, SECTION, "none", -1, null, HINT, true).version, "1.1");
});

test("HeadEvent.withSection() keeps all but the section", () => {
  const event = new HeadEvent(LINE, SECTION, "length", 7, "http-1.0", HINT, false);
  const other = new FieldSection(TEXT.replace("b", "c"), SECTION.offsets);
  const renewed = event.withSection(other);
  assertStrictEquals(renewed.section, other);
  assertEquals({ ...renewed, section: SECTION }, { ...event });
});

test("InformationalEvent tells status, reason and fields", () => {
  const event = new InformationalEvent({ ...LINE, status: 103 }, SECTION);
  assertEquals([event.type, event.status, event.reason, event.section.value(0)], ["informational", 103, "Fine", "b"]);
});

test("the events without content are frozen, and there is one of each", () => {
  const events = [NEED_DATA, END, UNSOLICITED, CLOSED, UPGRADED];
  assertEquals(events.map(({ type }) => type), ["need-data", "end", "unsolicited", "closed", "upgraded"]);
  assertEquals(events.every(Object.isFrozen), true);
});
