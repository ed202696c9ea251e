/**
 * Owns a file by path as something to send: a body, or a part of a multipart form.
 * Must not know forms or requests.
 * Invariants: nothing is read before it is sent, and each attempt opens the file anew; a file that
 * changed its size after its length was announced is not sent.
 */

import { withRecipe } from "../base/recipe.ts";
import type { FileFacts, Files } from "../core/runtime.ts";
import { BodyError, UnsupportedRuntimeError } from "../errors.ts";
import type { ByteSource } from "../http/bodies/kinds.ts";
import type { OpenSource } from "../http/bodies/readers.ts";
import { quote } from "../http/field_grammar.ts";
import { assertMediaType } from "../http/media_type.ts";
import { detectRuntime } from "../net/detect.ts";
import { record, text } from "./validate.ts";

/** What is told of a file beside its bytes. */
export interface FileOptions {
  /** File name in a multipart form. @default {the last segment of the path} */
  readonly name?: string;
  /** Media type. @default {none; application/octet-stream in a multipart form} */
  readonly type?: string;
}

/**
 * A file by path: for `body`, and for the parts of `multipart`. It is streamed, with its exact
 * length, and can be sent again by a retry or redirect.
 *
 * Throws `TypeError` for a path that is none, `UnsupportedRuntimeError` where there are no files.
 * The call that sends it rejects with `BodyError` when there is no such file, or it cannot be read.
 *
 * @example
 * ```ts no-run
 * import { file, post } from "@jetstream/client";
 *
 * await post("https://example.com/photos", {
 *   multipart: { title: "Lake", photo: file("lake.jpg", { type: "image/jpeg" }) },
 * });
 * ```
 */
export function file(path: string, options: FileOptions = {}): ByteSource {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw new TypeError(`Cannot send the file ${quote(path)}, expected the path of a file`);
  }
  const { name, type } = record<FileOptions>("file", options, ["name", "type"]);
  if (name !== undefined) text("file.name", name);
  if (type !== undefined) assertMediaType(text("file.type", type));
  return withRecipe(fileSource(path, { name, type }, detectRuntime().files), "file", path, options);
}

/** The same with the files of a runtime; `undefined` where there are none. */
export function fileSource(
  path: string,
  { name, type }: { readonly name?: string | undefined; readonly type?: string | undefined },
  files: Files | undefined,
): ByteSource {
  if (files === undefined) {
    throw new UnsupportedRuntimeError(`Cannot send the file ${quote(path)}: this runtime has no files`);
  }
  const base = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return new FileSource(path, name ?? base, type, files);
}

class FileSource implements ByteSource {
  readonly name: string;
  readonly type: string | undefined;
  readonly #path: string;
  readonly #files: Files;
  #size: number | undefined;

  constructor(path: string, name: string, type: string | undefined, files: Files) {
    this.#path = path;
    this.#files = files;
    this.name = name;
    this.type = type;
  }

  /** Looked up when a request is made of it. Throws `BodyError` when there is no such file. */
  get size(): number {
    let facts: FileFacts | undefined;
    try {
      facts = this.#files.factsSync(this.#path);
    } catch (cause) {
      throw readError(this.#path, cause);
    }
    if (facts === undefined) throw sendError(this.#path, "there is no such file", "FILE_MISSING");
    if (facts.kind !== "file") {
      const found = facts.kind === "folder" ? "a folder" : "not a regular file";
      throw sendError(this.#path, `it is ${found}, expected a file (anything else can be sent as a stream)`);
    }
    return this.#size = facts.size;
  }

  async open(): Promise<OpenSource> {
    const path = this.#path;
    const wanted = this.#size;
    let opened: Awaited<ReturnType<Files["open"]>>;
    try {
      opened = await this.#files.open(path);
    } catch (cause) {
      throw readError(path, cause);
    }
    if (wanted !== undefined && opened.size !== wanted) {
      opened.close();
      throw sendError(path, `it has ${opened.size} bytes, expected the ${wanted} announced`);
    }
    return {
      async read(): Promise<Uint8Array | null> {
        try {
          return await opened.read();
        } catch (cause) {
          throw readError(path, cause);
        }
      },
      close: () => opened.close(),
    };
  }
}

function readError(path: string, cause: unknown): BodyError {
  return sendError(path, cause instanceof Error ? cause.message : String(cause), "FILE_FAILED", cause);
}

function sendError(path: string, reason: string, code = "FILE_FAILED", cause?: unknown): BodyError {
  return new BodyError(`Cannot send the file ${quote(path)}: ${reason}`, {
    code,
    phase: "write",
    progress: "unsent",
    ...(cause === undefined ? {} : { cause }),
  });
}
