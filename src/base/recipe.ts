/**
 * Owns the memory of how a value was made, so that another thread can make its like.
 * Must not know who makes what.
 * Invariant: a recipe holds the arguments as they were given, and is forgotten with its value.
 */

/** The function that made a value, by name, and what it was given. */
export interface Recipe {
  readonly name: string;
  readonly args: readonly unknown[];
}

const recipes = new WeakMap<object, Recipe>();

/** Remembers how `value` was made; returns it. */
export function withRecipe<T extends object>(value: T, name: string, ...args: unknown[]): T {
  recipes.set(value, { name, args });
  return value;
}

/** How `value` was made, if that was remembered. */
export function recipeOf(value: object): Recipe | undefined {
  return recipes.get(value);
}
