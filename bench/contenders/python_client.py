"""Answers the same commands as worker.ts, for requests and httpx; see there."""

import asyncio
import json
import os
import sys
import time

NAME, CA = sys.argv[1], os.environ.get("BENCH_CA") or True


def percentiles(samples):
    samples.sort()
    return [samples[min(len(samples) - 1, int(len(samples) * q))] * 1000 if samples else 0 for q in (0.5, 0.95, 0.99)]


def in_turn(get, until):
    samples, now = [], time.perf_counter()
    while now < until:
        get()
        before, now = now, time.perf_counter()
        samples.append(now - before)
    return samples


async def side_by_side(client, url, lanes, until):
    samples = []

    async def lane():
        now = time.perf_counter()
        while now < until:
            (await client.get(url)).json()
            before, now = now, time.perf_counter()
            samples.append(now - before)

    await asyncio.gather(*(lane() for _ in range(lanes)))
    return samples


def measure(command):
    url, lanes = command["url"], command["concurrency"]
    started = time.perf_counter()
    until = started + command["milliseconds"] / 1000
    if NAME == "requests":
        if lanes > 1:
            return None
        samples = in_turn(lambda: SESSION.get(url, verify=CA).json(), until)
    elif lanes == 1:
        samples = in_turn(lambda: SESSION.get(url).json(), until)
    else:
        samples = LOOP.run_until_complete(side_by_side(ASYNC, url, lanes, until))
    return {
        "count": len(samples),
        "bytes": 0,
        "milliseconds": (time.perf_counter() - started) * 1000,
        "latency": percentiles(samples),
    }


if NAME == "requests":
    import requests

    SESSION = requests.Session()
else:
    import httpx

    SESSION = httpx.Client(verify=CA)
    LOOP = asyncio.new_event_loop()
    ASYNC = httpx.AsyncClient(verify=CA)

print("ready", flush=True)
for line in sys.stdin:
    command = json.loads(line)
    result = measure(command) if command["operation"] == "json" else None
    print(json.dumps(result if result else {"unsupported": True}), flush=True)
