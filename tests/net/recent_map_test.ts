import { assertEquals } from "@std/assert";
import { RecentMap } from "../../src/net/recent_map.ts";
import { test } from "../support/suite.ts";

test("RecentMap forgets what was used longest ago", () => {
  const map = new RecentMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  assertEquals(map.get("a"), 1);
  map.set("c", 3);
  assertEquals([map.get("a"), map.get("b"), map.get("c"), map.size], [1, undefined, 3, 2]);
});

test("RecentMap.set() renews, delete() forgets", () => {
  const map = new RecentMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  map.set("c", 4);
  assertEquals([map.get("a"), map.get("b")], [3, undefined]);
  map.delete("a");
  assertEquals([map.get("a"), map.size], [undefined, 1]);
});
