/**
 * Owns the question whether a name is a public suffix: one under which strangers hold names.
 * Must not know cookies, nor where the list came from.
 * Invariant: ICANN and private rules count alike; the table is loaded on first use only, and
 * taken apart one top-level domain at a time.
 */

/** Answers for host names in lower case and IDNA form. */
export interface PublicSuffixes {
  /** Date of the list. */
  readonly version: string;
  /** Whether `name` is a public suffix itself, such as `com`, `co.uk` or `github.io`. */
  isPublicSuffix(name: string): boolean;
}

let loading: Promise<PublicSuffixes> | undefined;
let loaded: PublicSuffixes | undefined;

/** The suffixes, once they are there. */
export function loadedPublicSuffixes(): PublicSuffixes | undefined {
  return loaded;
}

/** Makes the suffixes of a table that was imported: for who cannot wait. */
export function usePublicSuffixes(table: string, version: string): void {
  loaded ??= publicSuffixesOf(table, version);
}

/** Loads the table once for the process. */
export function loadPublicSuffixes(): Promise<PublicSuffixes> {
  return loading ??= import("./public_suffix_table.ts").then(
    ({ PUBLIC_SUFFIX_TABLE, PUBLIC_SUFFIX_VERSION }) => {
      usePublicSuffixes(PUBLIC_SUFFIX_TABLE, PUBLIC_SUFFIX_VERSION);
      return loaded!;
    },
    (error) => {
      // A failed load must not stick: the next call tries again.
      loading = undefined;
      throw error;
    },
  );
}

/** The table as it stands in the module, for a thread that cannot load it. */
export async function publicSuffixTable(): Promise<readonly [table: string, version: string]> {
  const { PUBLIC_SUFFIX_TABLE, PUBLIC_SUFFIX_VERSION } = await import("./public_suffix_table.ts");
  return [PUBLIC_SUFFIX_TABLE, PUBLIC_SUFFIX_VERSION];
}

/** Reads a table: one line per top-level domain, first its name, then its rules without it. */
export function publicSuffixesOf(table: string, version: string): PublicSuffixes {
  const lines = new Map<string, string>();
  for (const line of table.split("\n")) {
    const space = line.indexOf(" ");
    lines.set(line.slice(0, space), line.slice(space + 1));
  }
  const rulesByTop = new Map<string, ReadonlySet<string>>();

  function rulesOf(top: string): ReadonlySet<string> | undefined {
    let rules = rulesByTop.get(top);
    if (rules) return rules;
    const line = lines.get(top);
    if (line === undefined) return undefined;
    rules = new Set(line.split(" "));
    rulesByTop.set(top, rules);
    return rules;
  }

  return {
    version,
    isPublicSuffix(name: string): boolean {
      const last = name.lastIndexOf(".");
      // The rule `*`: the last label of any name is a public suffix, listed or not.
      if (last < 0) return true;
      const rules = rulesOf(name.slice(last + 1));
      if (rules === undefined) return false;
      const rest = name.slice(0, last);
      if (rules.has(`!${rest}`)) return false;
      if (rules.has(rest)) return true;
      const dot = rest.indexOf(".");
      return rules.has(dot < 0 ? "*" : `*${rest.slice(dot)}`);
    },
  };
}
