/**
 * Owns which licences the packages may have that the project is developed with. None of them is
 * published with the library, which depends on nothing; what its tools bring must be free to use all the same.
 */

/** Licences that ask for no more than a notice. */
const PERMISSIVE: readonly string[] = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
];

/** What is allowed beyond that, for named packages, and why. */
const EXCEPTIONS: readonly { readonly packages: RegExp; readonly licence: string; readonly reason: string }[] = [
  {
    packages: /^@img\/sharp-/,
    licence: "LGPL-3.0-or-later",
    reason: "the image library that miniflare brings: loaded by a tool, neither changed nor passed on",
  },
  {
    packages: /^lightningcss(?:-|$)/,
    licence: "MPL-2.0",
    reason: "the style sheets of Vite: a tool, its files are not changed",
  },
  {
    packages: /^caniuse-lite$/,
    licence: "CC-BY-4.0",
    reason: "a table of browsers that webpack reads: nothing of it is passed on",
  },
];

/** A package of a lock file. */
export interface LockedPackage {
  readonly license?: string;
}

/** Whether a licence expression (SPDX) can be met with the licences that `allowed` accepts. */
export function meets(expression: string, allowed: (licence: string) => boolean): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const one = (): boolean => {
    if (tokens[at] !== "(") return allowed(tokens[at++] ?? "");
    at++;
    const met = any();
    at++;
    return met;
  };
  const all = (): boolean => {
    let met = one();
    for (; tokens[at] === "AND"; met = one() && met) at++;
    return met;
  };
  const any = (): boolean => {
    let met = all();
    for (; tokens[at] === "OR"; met = all() || met) at++;
    return met;
  };
  return any() && at === tokens.length;
}

/** The name of a package, by its key in the lock file. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

/** One line for each package whose licence is not allowed; the keys are those of `package-lock.json`. */
export function refusedLicences(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages).filter(([path]) => path !== "").flatMap(([path, { license }]) => {
    const name = nameOf(path);
    const allowed = (licence: string): boolean =>
      PERMISSIVE.includes(licence) || EXCEPTIONS.some((each) => each.licence === licence && each.packages.test(name));
    if (license !== undefined && meets(license, allowed)) return [];
    const found = license === undefined ? "no licence" : `the licence ${license}`;
    return [`${name} has ${found}, expected ${PERMISSIVE.join(", ")}, or an exception in tests/meta/licences.ts`];
  });
}

/** The exceptions that no package needs. */
export function idleExceptions(packages: Readonly<Record<string, LockedPackage>>): string[] {
  const needed = (each: (typeof EXCEPTIONS)[number]): boolean =>
    Object.entries(packages).some(([path, { license }]) =>
      each.packages.test(nameOf(path)) && license?.includes(each.licence)
    );
  return EXCEPTIONS.filter((each) => !needed(each)).map((each) => `${each.packages}: ${each.reason}`);
}
