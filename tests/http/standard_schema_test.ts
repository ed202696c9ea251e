import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SchemaError } from "../../src/errors.ts";
import {
  type InferOutput,
  isSchema,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
  validate,
  validateLater,
} from "../../src/http/standard_schema.ts";
import { test } from "../support/suite.ts";

function schemaOf<Output>(
  check: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>,
): StandardSchema<unknown, Output> {
  return { "~standard": { version: 1, vendor: "test", validate: check } };
}

const numeric = schemaOf((value) =>
  typeof value === "number" ? { value: `#${value}` } : { issues: [{ message: "Expected number", path: ["n"] }] }
);

const failing = (...issues: StandardIssue[]) => schemaOf<never>(() => ({ issues }));

test("validate() returns the schema's output, typed", () => {
  const output: InferOutput<typeof numeric> = validate(numeric, 7);
  const text: string = output;
  assertEquals(text, "#7");
  assertEquals(validate(schemaOf(() => ({ value: undefined })), 1), undefined);
});

test("validate() throws every issue with its path", () => {
  const symbol = Symbol("s");
  const schema = failing(
    { message: "one", path: ["users", { key: 0 }, "first name", "x"] },
    { message: "two" },
    { message: "three", path: [symbol] },
  );
  const error = assertThrows(() => validate(schema, "hunter2"), SchemaError);
  assertEquals(error.message, 'The value does not fit the schema at $.users[0]["first name"].x (and 2 more)');
  assertEquals(error.issues, [
    { message: "one", path: ["users", 0, "first name", "x"] },
    { message: "two", path: [] },
    { message: "three", path: ["Symbol(s)"] },
  ]);
  assertThrows(() => validate(failing({ message: "x" }), 1), SchemaError, "does not fit the schema at $");
  assertThrows(() => validate(failing(), 1), SchemaError, "The value does not fit the schema");
});

test("validate() refuses an asynchronous schema and leaves no rejection behind", async () => {
  const late = schemaOf(() => Promise.resolve({ value: 1 }));
  assertThrows(() => validate(late, 1), TypeError, "the schema is asynchronous");
  const broken = schemaOf<number>(() => Promise.reject(new Error("late")));
  assertThrows(() => validate(broken, 1), TypeError, "await client.get(url).json(schema)");
  await Promise.resolve();
});

test("validateLater() takes both kinds", async () => {
  assertEquals(await validateLater(numeric, 1), "#1");
  assertEquals(await validateLater(schemaOf(() => Promise.resolve({ value: 2 })), 1), 2);
  await assertRejects(() => validateLater(numeric, "x"), SchemaError, "at $.n");
  await assertRejects(() => validateLater(schemaOf(() => Promise.resolve({ issues: [] })), "x"), SchemaError);
});

test("validate() refuses what is no schema", () => {
  for (const schema of [null, {}, 1, { "~standard": null }, { "~standard": {} }]) {
    assertEquals(isSchema(schema), false);
    assertThrows(() => validate(schema as unknown as StandardSchema, 1), TypeError, "expected a Standard Schema");
  }
  assertEquals(isSchema(Object.assign(() => {}, numeric)), true);
});
