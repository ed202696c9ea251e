/** Owns the shape of results. */

/** One contender at one work on one runtime. */
export interface Row {
  readonly runtime: string;
  readonly work: string;
  readonly contender: string;
  /** Requests per second, MB (10^6) per second, bytes, or milliseconds: one value per round. */
  readonly values: readonly number[];
  /** The value in the middle. */
  readonly median: number;
  /** The range of the rounds over their median. */
  readonly spread: number;
  /** Client CPU per request, in microseconds. */
  readonly cpu?: number;
  /** p50, p95 and p99, in milliseconds: medians over the rounds. */
  readonly latency?: readonly number[];
  /** Why there are no values. */
  readonly problem?: string;
  /** What has to be said of the values. */
  readonly note?: string;
}

/** A whole run. */
export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly versions: { readonly [name: string]: string };
  readonly rounds: number;
  readonly milliseconds: number;
  readonly rows: readonly Row[];
}
