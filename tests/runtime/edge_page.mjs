/**
 * Owns reading what the page on edge runtimes says that a client refuses there.
 * Must not know what a client does refuse.
 */

/** A row of the table: where, the options that are refused, and why. */
const ROW = /^\| (everywhere|in a page) +\| ((?:`[\w.]+` *)+)\| (.+?) +\|$/gm;

/** The refused options of the page, each with its reason: everywhere, and in a page of a browser. */
export function readRefusals(text) {
  const told = { everywhere: {}, page: {} };
  for (const [, where, names, reason] of text.matchAll(ROW)) {
    for (const [, name] of names.matchAll(/`([\w.]+)`/g)) {
      told.page[name] = reason;
      if (where === "everywhere") told.everywhere[name] = reason;
    }
  }
  return told;
}
