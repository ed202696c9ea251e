/**
 * Owns the failures of bodies that arrived: decoding, size, use, JSON, schema.
 * Must not know how a body is read.
 * Invariant: none of these means that the connection failed.
 */

import { type ErrorFields, JetstreamError, nameClass } from "./root.ts";

/** A body could not be handed out as asked. */
export class BodyError extends JetstreamError {
  static {
    nameClass(this, "BodyError");
  }
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields = {}) {
    super(message, { code: "BODY", phase: "body", progress: "answered", ...fields });
  }
}

/** A content coding could not be undone, or its limits were passed. */
export class DecodeError extends BodyError {
  static {
    nameClass(this, "DecodeError");
  }
  /** What had been decoded before the failure. */
  get partial(): Uint8Array | undefined {
    return this.#partial;
  }
  readonly #partial: Uint8Array | undefined;
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields & { partial?: Uint8Array } = {}) {
    super(message, { code: "DECODE", phase: "decode", ...fields });
    this.#partial = fields.partial;
  }
}

/** A body passed its limit. */
export class BodyTooLargeError extends BodyError {
  static {
    nameClass(this, "BodyTooLargeError");
  }
  /** The limit, in bytes. */
  readonly limit: number;
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields & { limit: number }) {
    super(message, { code: "BODY_TOO_LARGE", ...fields });
    this.limit = fields.limit;
  }
}

/** A body that can be read once was asked for again. */
export class BodyUsedError extends BodyError {
  static {
    nameClass(this, "BodyUsedError");
  }
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields = {}) {
    super(message, { code: "BODY_USED", ...fields });
  }
}

/** JSON was asked of an empty body. */
export class EmptyBodyError extends BodyError {
  static {
    nameClass(this, "EmptyBodyError");
  }
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields = {}) {
    super(message, { code: "BODY_EMPTY", ...fields });
  }
}

/** One mismatch that a schema reported. */
export interface SchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where, from the root of the value. */
  readonly path: readonly (string | number)[];
}

/** A value does not fit the schema that was given. */
export class SchemaError extends BodyError {
  static {
    nameClass(this, "SchemaError");
  }
  /** Every mismatch, in the schema's order. */
  readonly issues: readonly SchemaIssue[];
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields & { issues: readonly SchemaIssue[] }) {
    super(message, { code: "SCHEMA", ...fields });
    this.issues = fields.issues;
  }
}
