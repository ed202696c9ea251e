import { assertEquals } from "@std/assert";
import { HeaderList } from "../../../src/http/header_list.ts";
import { EMPTY_SECTION, equalsIgnoringCase, FieldSection } from "../../../src/protocol/h1/field_section.ts";
import { test } from "../../support/suite.ts";

const TEXT = "A: 1\r\nset-cookie:x\r\nSet-Cookie: y=z \r\nb:\r\n\r\n";
const SECTION = new FieldSection(TEXT, [0, 1, 3, 4, 6, 16, 17, 18, 20, 30, 32, 35, 38, 39, 40, 40]);

test("FieldSection slices names and values", () => {
  assertEquals(SECTION.count, 4);
  assertEquals([0, 1, 2, 3].map((index) => SECTION.name(index)), ["A", "set-cookie", "Set-Cookie", "b"]);
  assertEquals([0, 1, 2, 3].map((index) => SECTION.value(index)), ["1", "x", "y=z", ""]);
});

test("FieldSection.find() ignores case and begins where it is told", () => {
  assertEquals(SECTION.find("set-cookie", 0), 1);
  assertEquals(SECTION.find("set-cookie", 2), 2);
  assertEquals(SECTION.find("set-cookie", 3), -1);
  assertEquals(SECTION.find("a", 0), 0);
  assertEquals(SECTION.find("c", 0), -1);
  assertEquals(SECTION.find("", 0), -1);
  assertEquals(EMPTY_SECTION.find("a", 0), -1);
});

test("FieldSection is a source of a HeaderList", () => {
  const list = HeaderList.received(SECTION);
  assertEquals(list.getSetCookie(), ["x", "y=z"]);
  assertEquals(list.get("B"), "");
  assertEquals(list.length, 4);
  assertEquals(HeaderList.received(EMPTY_SECTION).length, 0);
});

test("equalsIgnoringCase() takes only letters for one another", () => {
  assertEquals(equalsIgnoringCase("xCLOSE", 1, "close"), true);
  assertEquals(equalsIgnoringCase("close", 0, "close"), true);
  assertEquals(equalsIgnoringCase("clos", 0, "close"), false);
  assertEquals(equalsIgnoringCase("[", 0, "{"), false);
  assertEquals(equalsIgnoringCase("\u212a", 0, "k"), false);
});
