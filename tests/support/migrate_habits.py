"""Measures what migrate_habits.ts does, for one of the libraries of Python: its session or client, as it comes."""

import importlib
import json
import sys
import urllib.request

base, name = sys.argv[1:]
library = importlib.import_module(name)
session = library.Session() if name == "requests" else library.Client()


def sent():
    with urllib.request.urlopen(f"{base}/_seen") as response:
        return json.load(response)


def observe(path, method="GET", **call):
    failed = False
    try:
        session.request(method, base + path, **call).text
    except Exception:
        failed = True
    return failed, sent()


def times(count):
    return "once" if count == 1 else f"{count} times"


def elsewhere():
    secrets = {"Authorization": "Bearer t", "Cookie": "a=1", "X-Api-Key": "k"}
    last = observe("/elsewhere", headers=secrets)[1][-1]
    if last["origin"] != "other":
        return "nothing"
    return ", ".join(f"`{each}`" for each in secrets if each.lower() in last) or "none of them"


def moved():
    last = observe("/moved", "POST", json={})[1][-1]
    return last["method"] if last["target"] == "/here" else "nothing"


def outcome(path):
    return "error" if observe(path)[0] else "result"


sent()
found = {
    "the answer is a 404": outcome("/nothing"),
    "a GET that is answered by 503 is sent": times(len(observe("/unavailable")[1])),
    "a POST that is answered by 503 is sent": times(len(observe("/unavailable", "POST", json={})[1])),
    "redirects without end are followed": times(len(observe("/again?at=0")[1]) - 1),
    "a POST that is answered by 302 goes on as": moved(),
    "a redirect to another origin gets": elsewhere(),
    "a body that is cut short is": outcome("/cut"),
    "a body of 65 MiB is": outcome("/huge"),
    "32 KiB that unpack to 32 MiB are": outcome("/bomb"),
    "a list among the parameters": f"`{observe('/list', params={'tag': ['a', 'b']})[1][-1]['target'].split('?')[1]}`",
}
observe("/login", "POST", json={})
found["a cookie that is set is sent with the next call"] = "yes" if "cookie" in observe("/me")[1][-1] else "no"
if name == "httpx":
    found["a server that is silent is waited for"] = f"{session.timeout.read:.0f} s"
print(json.dumps({name: found}))
