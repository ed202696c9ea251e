import { assertEquals, assertRejects } from "@std/assert";
import { UnsupportedRuntimeError } from "../../src/errors.ts";
import { memoryClient } from "../support/memory_client.ts";
import { test } from "../support/suite.ts";

test("download() says so where there are no files, before anything is sent", async (t) => {
  const { client, net } = memoryClient(t, []);
  const error = await assertRejects(() => client.download("http://a.example/", "x"), UnsupportedRuntimeError);
  assertEquals([error.code, net.open], ["UNSUPPORTED_RUNTIME", 0]);
});
