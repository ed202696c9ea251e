/**
 * Owns a file that is being downloaded: the bytes so far (`.part`), and beside them what proves
 * later that they belong to the same file (`.part.json`).
 * Must not know HTTP, nor where the file goes in the end.
 * Invariants: a record never stands beside bytes of another file: it goes before they do, and comes
 * before the first of them; a link at either name is replaced, never followed; what cannot be
 * continued does not stay.
 */

import type { Files, OpenWriter } from "../core/runtime.ts";
import { BodyError } from "../errors.ts";
import { quote } from "../http/field_grammar.ts";
import { isValidator, type KeptPart } from "./download_decision.ts";

/** What is kept of the first response. */
export interface PartRecord {
  /** What goes into If-Range. */
  readonly validator: string;
  /** Bytes of the whole file; `undefined` when unknown. */
  readonly total: number | undefined;
  /** The file name that the server wished for; `undefined` when it named none. */
  readonly name: string | undefined;
}

/** Bytes of the largest record: tag and name have limits of their own, far below. */
const MAX_RECORD = 16 * 1024;

/** The longest wished name that is kept, in characters; a safe one is shorter. */
const MAX_NAME = 1_024;

/** A file in the making. */
export class PartFile {
  readonly path: string;
  readonly #files: Files;
  readonly #key: string;
  readonly #kept: boolean;
  #writer: OpenWriter | undefined;
  #size = 0;
  #record: PartRecord | undefined;

  /** `key` stands for the URL; `kept`: whether the next call may go on with it. */
  constructor(files: Files, path: string, key: string, kept: boolean) {
    this.#files = files;
    this.path = path;
    this.#key = key;
    this.#kept = kept;
  }

  /** Bytes written so far, those of earlier calls included. */
  get size(): number {
    return this.#size;
  }

  /** What is kept of the first response. */
  get record(): PartRecord | undefined {
    return this.#record;
  }

  get #recordPath(): string {
    return `${this.path}.json`;
  }

  /** What is there to go on with; `undefined` for nothing. */
  async find(): Promise<KeptPart | undefined> {
    if (!this.#kept) return undefined;
    this.#record = await this.#readRecord();
    const facts = await this.#attempt("read", () => this.#files.facts(this.path));
    if (this.#record === undefined || facts?.kind !== "file" || facts.size === 0) return undefined;
    const { validator, total } = this.#record;
    if (total !== undefined && facts.size > total) return undefined;
    this.#size = facts.size;
    return { size: facts.size, validator, total };
  }

  /** Starts anew; without a `record` nothing is left for the next call. */
  async begin(record: PartRecord | undefined): Promise<void> {
    await this.#attempt("write", async () => {
      await this.#files.remove(this.#recordPath);
      await this.#files.remove(this.path);
      // Made anew each time: what somebody put there in between is an error.
      this.#writer = await this.#files.openWriter(this.path, "create");
      this.#size = 0;
      const name = record?.name;
      this.#record = record && { ...record, name: name === undefined || name.length > MAX_NAME ? undefined : name };
      if (this.#record !== undefined && this.#kept) await this.#writeRecord(this.#record);
    });
  }

  /** Goes on at the end of what was found. */
  async append(): Promise<void> {
    await this.#attempt("write", async () => {
      this.#writer = await this.#files.openWriter(this.path, "append");
    });
  }

  /** Adds bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#attempt("write", () => this.#writer!.write(bytes));
    this.#size += bytes.length;
  }

  /** Flushes and closes; what cannot be continued is removed unless it is `whole`. */
  async close(whole: boolean): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    if (writer !== undefined) await this.#attempt("write", () => writer.close());
    if (!whole && (!this.#kept || this.#record === undefined)) await this.remove();
  }

  /** Proves that nobody else wrote to it. */
  async check(): Promise<void> {
    const facts = await this.#attempt("read", () => this.#files.facts(this.path));
    if (facts?.kind === "file" && facts.size === this.#size) return;
    await this.remove();
    throw new BodyError(
      `Cannot download to ${quote(this.path)}: it has ${facts?.size ?? 0} bytes, expected the ${this.#size} written ` +
        "(somebody else writes to it)",
      { code: "FILE_FAILED" },
    );
  }

  /** Gives it its name, at once; the record goes. */
  async place(path: string): Promise<void> {
    await this.#attempt("write", () => this.#files.rename(this.path, path), path);
    await this.#attempt("write", () => this.#files.remove(this.#recordPath));
  }

  /** Removes all of it. */
  async remove(): Promise<void> {
    await this.#attempt("write", () => this.#files.remove(this.#recordPath));
    await this.#attempt("write", () => this.#files.remove(this.path));
  }

  async #readRecord(): Promise<PartRecord | undefined> {
    const facts = await this.#attempt("read", () => this.#files.facts(this.#recordPath));
    if (facts?.kind !== "file" || facts.size > MAX_RECORD) return undefined;
    const bytes = await this.#attempt("read", () => this.#files.readBytes(this.#recordPath));
    return parseRecord(new TextDecoder().decode(bytes), this.#key);
  }

  async #writeRecord(record: PartRecord): Promise<void> {
    const text = JSON.stringify({ url: this.#key, ...record });
    await this.#files.writeAtomic(this.#recordPath, new TextEncoder().encode(text), 0o666);
  }

  async #attempt<T>(action: "read" | "write", work: () => Promise<T>, path: string = this.path): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw fileError(action, path, cause);
    }
  }
}

/** The error for a file operation that failed; the reason is the system's own. */
export function fileError(action: "read" | "write", path: string, cause: unknown): BodyError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BodyError(`Cannot ${action} the file ${quote(path)}: ${reason}`, { code: "FILE_FAILED", cause });
}

/** Reads a record; `undefined` for what is damaged, or belongs to another URL. */
export function parseRecord(text: string, key: string): PartRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { url, validator, total, name } = value as Record<string, unknown>;
  if (url !== key || !isValidator(validator)) return undefined;
  if (total !== undefined && !(Number.isSafeInteger(total) && (total as number) >= 0)) return undefined;
  if (name !== undefined && (typeof name !== "string" || name.length > MAX_NAME)) return undefined;
  return { validator, total: total as number | undefined, name };
}
