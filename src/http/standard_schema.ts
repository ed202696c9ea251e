/**
 * Owns validation by a Standard Schema (standardschema.dev, version 1): the interface, vendored as
 * types, and what becomes of its results.
 * Must not know any schema library.
 * Invariant: a mismatch is a `SchemaError` with every issue and its path, and no value in its message.
 */

import { SchemaError, type SchemaIssue } from "../errors.ts";

/** A validator of version 1 of Standard Schema, such as those of Zod, Valibot and ArkType. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** What the validator offers. */
  readonly "~standard": {
    /** Version of the interface. */
    readonly version: 1;
    /** Name of the library. */
    readonly vendor: string;
    /** Checks a value. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** Types only; absent at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a validator answers: a value, or issues. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One issue of a validator. */
export interface StandardIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The type that a schema turns values into. */
export type InferOutput<Schema extends StandardSchema> = NonNullable<Schema["~standard"]["types"]>["output"];

/**
 * Checks `value` at once.
 * Throws `SchemaError` on a mismatch, `TypeError` when the schema is asynchronous or no schema.
 */
export function validate<Schema extends StandardSchema>(schema: Schema, value: unknown): InferOutput<Schema> {
  const result = standardOf(schema).validate(value);
  if (!isPromise(result)) return outputOf(result);
  // Its failure, if it comes, has been answered here.
  result.then(undefined, () => {});
  throw new TypeError(
    "Cannot validate at once: the schema is asynchronous, " +
      "expected a synchronous one, or the shortcut of the call (await client.get(url).json(schema))",
  );
}

/** Checks `value` with a schema that may take its time. Rejects as {@linkcode validate} throws. */
export async function validateLater<Schema extends StandardSchema>(
  schema: Schema,
  value: unknown,
): Promise<InferOutput<Schema>> {
  return outputOf(await standardOf(schema).validate(value));
}

/** Whether `value` is a schema: some are functions. */
export function isSchema(value: unknown): value is StandardSchema {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  const standard = (value as Partial<StandardSchema>)["~standard"];
  return typeof standard === "object" && standard !== null && typeof standard.validate === "function";
}

function standardOf(schema: StandardSchema): StandardSchema["~standard"] {
  if (isSchema(schema)) return schema["~standard"];
  throw new TypeError(
    `Cannot validate: got ${schema === null ? "null" : `a ${typeof schema}`}, expected a Standard Schema`,
  );
}

function isPromise<T>(result: T | Promise<T>): result is Promise<T> {
  return typeof (result as Partial<Promise<T>>).then === "function";
}

function outputOf<Output>(result: StandardResult<Output>): Output {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path }): SchemaIssue => ({ message, path: (path ?? []).map(keyOf) }));
  const first = issues[0];
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  const where = first ? ` at ${pathText(first.path)}` : "";
  throw new SchemaError(`The value does not fit the schema${where}${more}`, { issues });
}

function keyOf(step: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof step === "object" ? step.key : step;
  return typeof key === "symbol" ? String(key) : key;
}

/** A path as people write it: `$.users[0].name`. */
function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return /^[A-Za-z_$][\w$]{0,63}$/.test(key) ? `${text}.${key}` : `${text}[${JSON.stringify(key.slice(0, 64))}]`;
  }, "$");
}
