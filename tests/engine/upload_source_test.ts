import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { checkEnd, checkLength, freeSource, sourceFailure, tellTaken } from "../../src/engine/upload_source.ts";
import { BodyUsedError, LocalProtocolError } from "../../src/errors.ts";
import type { Body } from "../../src/http/body.ts";
import { BytesBody } from "../../src/http/bodies/kinds.ts";
import { test } from "../support/suite.ts";

const BODY = new BytesBody(new Uint8Array(3), null, "a generator");

test("sourceFailure() makes what a source threw the cause of an error that says the request had begun", () => {
  const cause = { mine: true };
  const failure = sourceFailure(cause, BODY);
  assert(failure instanceof LocalProtocolError);
  assertEquals([failure.code, failure.progress, failure.message], [
    "BODY_SOURCE_FAILED",
    "sent",
    "Cannot send the body: a generator failed",
  ]);
  assertStrictEquals(failure.cause, cause);
});

test("sourceFailure() keeps errors of ours, and says of broken promises that the request had begun", () => {
  const used = new BodyUsedError("Cannot read the body: it was read already");
  assertStrictEquals(sourceFailure(used, BODY), used);
  const short = sourceFailure(new LocalProtocolError("Cannot end the body after 2 bytes"), BODY);
  assertEquals([short.message, short.progress], ["Cannot end the body after 2 bytes", "sent"]);
});

test("checkLength() and checkEnd() hold a body to the length that it announced, if it did", () => {
  checkLength(1, 2, BODY);
  checkEnd(3, BODY);
  assertThrows(() => checkLength(1, 3, BODY), LocalProtocolError, "a generator gave more than the 3 bytes announced");
  assertThrows(() => checkEnd(2, BODY), LocalProtocolError, "a generator gave 2 bytes, expected the 3 announced");
  const open: Body = {
    contentType: null,
    length: undefined,
    replayable: false,
    kind: "a stream",
    bytes: undefined,
    open: () => BODY.open(),
  };
  checkLength(1, 3, open);
  checkEnd(2, open);
});

test("tellTaken() and freeSource() let nothing that their callee throws out", () => {
  const told: unknown[] = [];
  tellTaken(
    (progress) => {
      told.push(progress);
      throw new Error("mine");
    },
    2,
    BODY,
  );
  assertEquals(told, [{ bytes: 2, total: 3 }]);
  let freed = 0;
  freeSource({
    read: () => null,
    cancel: () => {
      freed++;
      throw new Error("mine");
    },
  });
  freeSource(undefined);
  assertEquals(freed, 1);
});
