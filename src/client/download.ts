/**
 * Owns the way of a response into a file: options, names, and the last step onto the target.
 * Must not know how bytes are fetched and continued (`policy/download.ts`).
 * Invariants: the target has its old content or the whole new one; a name that a server chose is
 * made safe, stays in the folder given, and replaces nothing unless the caller says so.
 */

import { own } from "../base/own.ts";
import type { FileFacts, Files, Runtime } from "../core/runtime.ts";
import type { Settings } from "../core/settings.ts";
import { BodyError, UnsupportedRuntimeError } from "../errors.ts";
import { parseContentDisposition, safeFileName } from "../http/content_disposition.ts";
import { quote } from "../http/field_grammar.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { Download, type DownloadPlan } from "../policy/download.ts";
import { fileError, PartFile } from "../policy/part_file.ts";
import type { RequestOptions } from "./options.ts";
import { flag } from "./validate.ts";

/** Options of a download: those of a request, and what concerns the file. */
export interface DownloadOptions extends RequestOptions {
  /**
   * Go on with what an earlier call left (`<path>.part`), and leave it for the next one.
   * Asks for the bytes as they are (`Accept-Encoding: identity`).
   * @default {true}
   */
  resume?: boolean;
  /**
   * Replace a file that is there already.
   * @default {true, but false where the server chooses the name}
   */
  overwrite?: boolean;
}

/** What a download brought. */
export interface DownloadResult {
  /** Path of the file. */
  readonly path: string;
  /** Bytes of the file. */
  readonly bytes: number;
  /** How many of them an earlier call had left; 0 when it was fetched as a whole. */
  readonly resumed: number;
  /** The last response; its body is in the file, so its `content` is empty. */
  readonly response: HttpResponse;
}

/** What a client lends to a download. */
export interface DownloadHost {
  readonly runtime: Runtime;
  /** Makes the call with the changed settings. */
  call(options: RequestOptions, change: (settings: Settings) => Settings): Promise<HttpResponse>;
}

/** Parts that are being written in this process: two calls must not share one. */
const busy = new Set<string>();

/** Characters of a URL's name in the name of a part: to tell files apart in a listing; the digest does it for us. */
const PART_NAME = 40;

/** Fetches into the file `path`, or into a file below it if it ends with a slash. */
export async function download(host: DownloadHost, path: string, options: DownloadOptions): Promise<DownloadResult> {
  const { files } = host.runtime;
  if (files === undefined) {
    throw new UnsupportedRuntimeError("Cannot download to a file: this runtime has no files (see stream())");
  }
  const target = new Target(files, host.runtime, path, options);
  if (!target.isFolder) await target.check(path);
  const { resume: _resume, overwrite: _overwrite, ...rest } = options;
  const work = new Download(target);
  try {
    const response = await host.call(rest, (settings) => target.settingsFor(settings, work));
    if (!work.complete) {
      throw new BodyError("Cannot download: a layer or hook answered in place of the network", { code: "FILE_FAILED" });
    }
    const part = work.part!;
    await part.check();
    return { path: await target.place(part, response), bytes: part.size, resumed: work.resumed, response };
  } catch (error) {
    // Whole, but without a name to go by: it stays only if another call can go on with it.
    if (work.complete) await work.part!.close(false).catch(() => {});
    throw error;
  } finally {
    target.release();
  }
}

class Target implements DownloadPlan {
  readonly resume: boolean;
  readonly isFolder: boolean;
  readonly #overwrite: boolean;
  readonly #files: Files;
  readonly #runtime: Runtime;
  readonly #path: string;
  #url: HttpRequest["url"] | undefined;
  #part: PartFile | undefined;
  #settings: Settings | undefined;

  constructor(files: Files, runtime: Runtime, path: string, options: DownloadOptions) {
    if (typeof path !== "string" || path === "" || path.includes("\0")) {
      throw new TypeError(`Cannot download to ${quote(path)}, expected the path of a file, or of a folder and a slash`);
    }
    this.#files = files;
    this.#runtime = runtime;
    this.#path = path;
    this.isFolder = /[/\\]$/.test(path);
    this.resume = flag("resume", own(options, "resume") ?? true);
    this.#overwrite = flag("overwrite", own(options, "overwrite") ?? !this.isFolder);
    if (this.resume && own(options, "decompress")) {
      throw new TypeError(
        'Cannot use the option "decompress" in a download that can be resumed, expected resume: false',
      );
    }
  }

  /** The settings of the call: what is saved is not decoded if it may be continued, and only 2xx is saved. */
  settingsFor(settings: Settings, work: Download): Settings {
    const { raise } = settings;
    this.#settings = settings;
    return {
      ...settings,
      save: work.layer,
      onDownloadProgress: null,
      decode: this.resume ? null : settings.decode,
      // A 416 that says that nothing is missing is a success.
      raise: (response) => work.complete ? response.ok && (raise?.(response) ?? false) : !response.ok,
    };
  }

  get onProgress(): DownloadPlan["onProgress"] {
    return this.#settings?.onDownloadProgress ?? null;
  }

  partFor(request: HttpRequest): PartFile {
    this.#url = request.url;
    const { origin, target } = request.url;
    const digest = this.#runtime.hash("sha-256", new TextEncoder().encode(origin + target));
    const key = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const name = safeFileName(this.#urlName().slice(0, PART_NAME));
    const path = this.isFolder ? `${this.#path}${name}.${key.slice(0, 8)}.part` : `${this.#path}.part`;
    if (busy.has(path)) {
      throw new BodyError(`Cannot download to ${quote(path)}: another download writes to it`, { code: "FILE_BUSY" });
    }
    busy.add(path);
    return this.#part = new PartFile(this.#files, path, key, this.resume);
  }

  /** Lets others write to the part. */
  release(): void {
    if (this.#part !== undefined) busy.delete(this.#part.path);
  }

  wishedName(response: HttpResponse): string | undefined {
    const field = response.headers.get("content-disposition");
    return field === null ? undefined : parseContentDisposition(field)?.filename;
  }

  async accept(response: HttpResponse): Promise<void> {
    if (this.isFolder) await this.check(this.#targetFor(response));
  }

  /** Rejects when nothing can be put there. */
  async check(path: string): Promise<void> {
    let facts: FileFacts | undefined;
    try {
      facts = await this.#files.facts(path);
    } catch (cause) {
      throw fileError("write", path, cause);
    }
    if (facts?.kind === "folder") {
      throw new BodyError(`Cannot download to ${quote(path)}: it is a folder, expected a file, or a slash at its end`, {
        code: "FILE_EXISTS",
      });
    }
    if (facts !== undefined && !this.#overwrite) throw existsError(path);
  }

  /** Gives the part its name. */
  async place(part: PartFile, response: HttpResponse): Promise<string> {
    const path = this.isFolder ? this.#targetFor(response) : this.#path;
    if (this.#overwrite) {
      await part.place(path);
      return path;
    }
    await this.#reserve(path);
    try {
      await part.place(path);
    } catch (error) {
      await this.#files.remove(path);
      throw error;
    }
    return path;
  }

  /** Takes the name by an empty file: to make one fails where a file or a link is, a rename would replace it. */
  async #reserve(path: string): Promise<void> {
    try {
      await (await this.#files.openWriter(path, "create")).close();
    } catch (cause) {
      if (await this.#files.facts(path) !== undefined) throw existsError(path, cause);
      throw fileError("write", path, cause);
    }
  }

  #targetFor(response: HttpResponse): string {
    const name = this.wishedName(response) ?? this.#part?.record?.name ?? this.#urlName();
    return this.#path + safeFileName(name);
  }

  /** The last segment of the first URL: where a redirect leads is the server's choice, and names nothing. */
  #urlName(): string {
    const path = this.#url!.target.split("?", 1)[0]!;
    const segment = path.slice(path.lastIndexOf("/") + 1);
    try {
      return decodeURIComponent(segment);
    } catch {
      return segment;
    }
  }
}

function existsError(path: string, cause?: unknown): BodyError {
  return new BodyError(`Cannot download to ${quote(path)}: it exists already, expected a new name or overwrite: true`, {
    code: "FILE_EXISTS",
    ...(cause === undefined ? {} : { cause }),
  });
}
