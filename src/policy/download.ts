/**
 * Owns the saving of a response's body into a file, inside the attempt that brought it: a retry
 * goes on from what is on disk.
 * Must not know how it is decided (`download_decision.ts`), what stands on disk (`part_file.ts`),
 * nor where the file goes in the end.
 * Invariants: nothing is written before the head was judged; a body that is not read to its end is
 * cancelled; what the progress callback throws does not change the call.
 */

import type { Call } from "../core/call.ts";
import type { Layer, Next } from "../core/layer.ts";
import { IncompleteReadError, RemoteProtocolError } from "../errors.ts";
import type { IncomingBody, OnProgress } from "../http/body.ts";
import { MemoryBody } from "../http/memory_body.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { decideDownload, type DownloadStep, type KeptPart, rangeRequest, validatorOf } from "./download_decision.ts";
import type { PartFile } from "./part_file.ts";
import { drop } from "./drop.ts";

/** What a download is made of. */
export interface DownloadPlan {
  /** Whether to go on with what is on disk. */
  readonly resume: boolean;
  readonly onProgress: OnProgress | null;
  /** The file for the bytes of this request; asked once. */
  partFor(request: HttpRequest): PartFile;
  /** The file name that a response wishes for. */
  wishedName(response: HttpResponse): string | undefined;
  /** Asked before a byte of the response is written; rejects when it has no place. */
  accept(response: HttpResponse): Promise<void>;
}

/** Requests for one file within an attempt: a server may send less than was asked for, but not in crumbs. */
const MAX_RANGES = 100;

const EMPTY = new Uint8Array(0);

/** A download under way, as a layer. */
export class Download {
  readonly #plan: DownloadPlan;
  #part: PartFile | undefined;
  #carried: number | undefined;
  #complete = false;

  constructor(plan: DownloadPlan) {
    this.#plan = plan;
  }

  /** Takes the place of `collect`. */
  readonly layer: Layer = (request, next, call) => this.#run(request, next, call);

  /** Whether the whole file is in the part. */
  get complete(): boolean {
    return this.#complete;
  }

  /** The bytes on disk; `undefined` before the first request. */
  get part(): PartFile | undefined {
    return this.#part;
  }

  /** Bytes of the file that an earlier call had brought. */
  get resumed(): number {
    return this.#carried ?? 0;
  }

  async #run(request: HttpRequest, next: Next, call: Call): Promise<HttpResponse> {
    refuseRange(request);
    this.#complete = false;
    const part = this.#part ??= this.#plan.partFor(request);
    // A part of a coded body cannot be decoded by itself, and codings differ from one call to the next.
    const whole = this.#plan.resume ? request.withHeader("Accept-Encoding", "identity") : request;
    let kept = await part.find();
    for (let turn = 0; turn < MAX_RANGES; turn++) {
      const response = await next(rangeRequest(whole, kept));
      const step = decide(kept, response);
      if (step.step === "pass") return response;
      if (step.step === "restart") {
        await drop(response, call);
        kept = undefined;
      } else {
        await this.#take(step, kept, response, part, call);
        if (this.#complete) return response.complete(EMPTY);
        kept = await part.find();
      }
      call.cause = "resend";
    }
    throw new RemoteProtocolError(`Cannot download: the server sent more than ${MAX_RANGES} ranges, expected one`);
  }

  /** Does what was decided; afterwards the file is complete, or a range of it has come. */
  async #take(
    step: Exclude<DownloadStep, { step: "pass" | "restart" }>,
    kept: KeptPart | undefined,
    response: HttpResponse,
    part: PartFile,
    call: Call,
  ): Promise<void> {
    const body = response.live ?? new MemoryBody(response.content);
    try {
      await this.#plan.accept(response);
      if (step.step === "complete") {
        await drop(response, call);
        this.#carried ??= part.size;
        this.#complete = true;
        this.#tell(part.size, part.size);
      } else if (step.step === "append") {
        this.#carried ??= kept!.size;
        await part.append();
        await this.#fill(body, part, step.length, step.total);
        this.#complete = part.size === step.total;
      } else {
        this.#carried = 0;
        const total = body.length;
        await part.begin(this.#recordOf(response, total, call));
        await this.#fill(body, part, total, total);
        this.#complete = true;
      }
      await part.close(true);
    } catch (error) {
      this.#complete = false;
      body.cancel(error instanceof Error ? error : undefined);
      await this.#leave(part, error);
      throw error;
    }
  }

  #recordOf(response: HttpResponse, total: number | undefined, call: Call): Parameters<PartFile["begin"]>[0] {
    if (!this.#plan.resume) return undefined;
    const validator = validatorOf(response.headers, call.clock.wall());
    return validator === undefined ? undefined : { validator, total, name: this.#plan.wishedName(response) };
  }

  async #fill(
    body: IncomingBody,
    part: PartFile,
    length: number | undefined,
    total: number | undefined,
  ): Promise<void> {
    const start = part.size;
    for (let chunk = await body.read(); chunk !== null; chunk = await body.read()) {
      if (length !== undefined && part.size - start + chunk.length > length) {
        throw new RemoteProtocolError(`Cannot download: the body has more than the ${length} bytes announced`);
      }
      await part.write(chunk);
      this.#tell(part.size, total);
    }
    const received = part.size - start;
    if (length === undefined || received === length) return;
    throw new IncompleteReadError(`Cannot download: the body ended after ${received} of ${length} bytes`, {
      received,
      expected: length,
    });
  }

  /** Leaves the part for the next call, if that can go on with it. The failure before is what counts. */
  async #leave(part: PartFile, error: unknown): Promise<void> {
    try {
      await part.close(false);
      // Who sends more than was announced cannot be trusted with the rest either.
      if (error instanceof RemoteProtocolError) await part.remove();
    } catch {
      // The disk may be what failed.
    }
  }

  #tell(bytes: number, total: number | undefined): void {
    try {
      this.#plan.onProgress?.({ bytes, total });
    } catch {
      // It only watches.
    }
  }
}

function decide(kept: KeptPart | undefined, response: HttpResponse): DownloadStep {
  try {
    return decideDownload(kept, {
      status: response.status,
      headers: response.headers,
      length: response.live === null ? response.loaded?.length : response.live.length,
    });
  } catch (error) {
    response.live?.cancel();
    throw error;
  }
}

function refuseRange({ headers }: HttpRequest): void {
  for (const name of ["Range", "If-Range"]) {
    if (headers.has(name)) {
      throw new TypeError(`Cannot download with the header ${name}: a download sets it itself (see stream())`);
    }
  }
}
