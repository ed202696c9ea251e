/**
 * Owns the `decompress` and `compress` options: defaults and resolution.
 * Must not know how codings are undone (`policy/decode.ts`).
 * Invariant: only codings that this runtime has are ever asked for or applied.
 */

import type { Coding, Runtime } from "../core/runtime.ts";
import type { DecodeSettings } from "../core/settings.ts";
import { UnsupportedRuntimeError } from "../errors.ts";
import type { DecompressOptions } from "./options.ts";
import { flag, listOf, numberWithin, oneOf, record, wholeNumber } from "./validate.ts";

const CODINGS: readonly Coding[] = ["gzip", "deflate", "br", "zstd"];

/** Output that comes before the ratio counts: small bodies may well be all zeros. */
const RATIO_FLOOR = 1_048_576;

/** The decoding in force for a value of the `decompress` option; `null` when off. */
export function resolveDecompress(
  value: DecompressOptions | boolean | undefined,
  runtime: Runtime,
): DecodeSettings | null {
  if (value === false) return null;
  if (typeof value !== "object" && value !== undefined) flag("decompress", value);
  const given = record<DecompressOptions>("decompress", typeof value === "object" ? value : {}, [
    "codings",
    "maxLayers",
    "maxRatio",
  ]);
  const known = runtime.codecs.decodable;
  return Object.freeze({
    accept: given.codings === undefined
      ? known
      : listOf("decompress.codings", given.codings, (option, coding) => supported(option, coding, known, runtime)),
    maxLayers: wholeNumber("decompress.maxLayers", given.maxLayers ?? 2, 1, 5),
    maxRatio: numberWithin("decompress.maxRatio", given.maxRatio ?? 200, 1, Infinity),
    ratioFloor: RATIO_FLOOR,
  });
}

/** The coding in force for a value of the `compress` option; `null` when off. */
export function resolveCompress(value: Coding | false | undefined, runtime: Runtime): Coding | null {
  return value === undefined || value === false
    ? null
    : supported("compress", value, runtime.codecs.encodable, runtime);
}

function supported(option: string, value: unknown, known: readonly Coding[], runtime: Runtime): Coding {
  const coding = oneOf(option, value, CODINGS);
  if (known.includes(coding)) return coding;
  throw new UnsupportedRuntimeError(
    `Cannot use the option "${option}": ${runtime.agent} has no ${coding}, expected one of ${
      known.join(", ") || "none"
    }`,
  );
}
