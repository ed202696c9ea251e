import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  DEFAULT_H1_SETTINGS,
  type H1Options,
  MAX_EXTENSION_BYTES,
  MAX_FIELDS,
  MAX_HEAD_BYTES,
  MAX_INFORMATIONAL,
  MAX_TRAILER_BYTES,
  resolveH1Settings,
} from "../../../src/protocol/h1/limits.ts";
import { test } from "../../support/suite.ts";

const DEFAULTS = {
  headBytes: MAX_HEAD_BYTES,
  fields: MAX_FIELDS,
  informational: MAX_INFORMATIONAL,
  extensionBytes: MAX_EXTENSION_BYTES,
  trailerBytes: MAX_TRAILER_BYTES,
  bareLf: false,
};

test("the defaults are those that the design names", () => {
  assertEquals({ ...DEFAULT_H1_SETTINGS }, DEFAULTS);
  assertEquals(DEFAULTS, {
    headBytes: 65536,
    fields: 128,
    informational: 32,
    extensionBytes: 4096,
    trailerBytes: 16384,
    bareLf: false,
  });
});

test("resolveH1Settings() fills in defaults and freezes", () => {
  assertEquals({ ...resolveH1Settings() }, DEFAULTS);
  const settings = resolveH1Settings({ limits: { fields: 7 }, lenient: ["bare-lf"] });
  assertEquals({ ...settings }, { ...DEFAULTS, fields: 7, bareLf: true });
  assert(Object.isFrozen(settings));
});

const WRONG: readonly [options: unknown, message: string][] = [
  [{ limits: { fields: 0 } }, '"fields" to 0'],
  [{ limits: { headBytes: 1.5 } }, '"headBytes" to 1.5'],
  [{ limits: { headBytes: -1 } }, '"headBytes" to -1'],
  [{ limits: { trailerBytes: NaN } }, '"trailerBytes" to NaN'],
  [{ limits: { trailerBytes: Infinity } }, '"trailerBytes" to Infinity'],
  [{ limits: { informational: "3" } }, '"informational" to 3'],
  [{ limits: { headbytes: 1 } }, '"headbytes": it is unknown'],
  [{ lenient: ["bare-cr"] }, '"bare-cr"'],
  [{ lenient: ["bare-lf", "x"] }, '"x"'],
];

for (const [options, message] of WRONG) {
  test(`resolveH1Settings() refuses ${JSON.stringify(options)}`, () => {
    assertThrows(() => resolveH1Settings(options as H1Options), Error, message);
  });
}
