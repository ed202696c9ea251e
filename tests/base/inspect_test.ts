import { assertEquals } from "@std/assert";
import { inspectAs } from "../../src/base/inspect.ts";
import { test } from "../support/suite.ts";

class Secret {
  readonly value = "hunter2";
  static {
    inspectAs(this, () => "Secret { *** }");
  }
}

test("inspectAs() gives both consoles one line, and adds no member that is seen", () => {
  const secret = new Secret();
  for (const name of ["Deno.customInspect", "nodejs.util.inspect.custom"]) {
    assertEquals((secret as unknown as Record<symbol, () => string>)[Symbol.for(name)]!(), "Secret { *** }");
  }
  assertEquals(Object.getOwnPropertySymbols(secret), []);
  assertEquals(Object.keys(Secret.prototype), []);
});
