"""An agent in a function of its own: the turns of another function ask it, and do without it when it is slow, broken,
another or missing.

The emulator's address is the address of the Invoke API, for one function that is called `function`.
"""
import json
import os
import signal
import subprocess
import time

from emulated import Function, check, event, free, records

# What differs from one attempt to the next.
OWN = ("turn_id", "session_id", "timing", "agents", "usage")


def turns(place, **settings):
    """The function that answers turns, whose intent agent is at this address."""
    os.environ["AWS_ENDPOINT_URL_LAMBDA"] = f"http://{place}"
    return Function("motorline-turns", agents_intent_run="lambda:function", lambda_response="buffered", **settings)


def asked(function, buffered, number):
    began = time.monotonic()
    status, body, _ = buffered(function.invoke(event("http-api", number)))
    body = json.loads(body)
    check(f"{number}: a reply", status == 200 and body.get("reply"), body)
    return body, time.monotonic() - began


def report(body):
    """What became of the intent agent, as it is stored."""
    found = records(body["session_id"])
    return next(report for _, record in found for report in record["reports"] if report["agent"] == "intent")


def missing(number, body, took, outcomes, deadline):
    check(f"{number}: the agent is missing from the reply", body["degraded"] == ["intent"], body["degraded"])
    found = report(body)["outcome"]
    check(f"{number}: its outcome", found["status"] in outcomes, found)
    check(f"{number}: by the deadline", took < deadline, took)


def program(function):
    """The process that the emulator started."""
    children = subprocess.run(["pgrep", "-P", str(function.process.pid)], capture_output=True, text=True)
    return [int(child) for child in children.stdout.split()]


def checks(buffered):
    with Function("motorline-turns", lambda_response="buffered") as home:
        here, _ = asked(home, buffered, "agent-here")
    with Function("motorline-agent", lambda_agent="intent") as intent:
        with turns(intent.address) as function:
            # The first call starts the agent.
            asked(function, buffered, "agent-cold")
            away, _ = asked(function, buffered, "agent-away")
            same = {key: value for key, value in here.items() if key not in OWN}
            check("elsewhere: the same reply as at home", same == {key: value for key, value in away.items() if key not in OWN}, (here, away))
            check("elsewhere: it answered", report(away)["outcome"]["status"] == "answered", report(away))
            check("elsewhere: it found the same", report(away)["findings"] == report(here)["findings"], (report(away), report(here)))
            for process in program(intent):
                os.kill(process, signal.SIGSTOP)
            late, took = asked(function, buffered, "agent-slow")
            missing("agent-slow", late, took, ("late", "failed"), 6)
            for process in program(intent):
                os.kill(process, signal.SIGKILL)
            anew, took = asked(function, buffered, "agent-killed")
            check("killed: a new one starts", took < 6 and anew["degraded"] == [], (took, anew["degraded"]))
    with Function("motorline-agent") as nobody, turns(nobody.address) as function:
        # It is told by nobody which agent it is, and ends at once.
        broken, took = asked(function, buffered, "agent-crashing")
        missing("agent-crashing", broken, took, ("failed", "late"), 6)
    with Function("motorline-agent", lambda_agent="sentiment") as sentiment, turns(sentiment.address) as function:
        other, took = asked(function, buffered, "agent-mistaken")
        missing("agent-mistaken", other, took, ("failed",), 6)
    with turns(free()) as function:
        gone, took = asked(function, buffered, "agent-nowhere")
        missing("agent-nowhere", gone, took, ("failed",), 6)
    del os.environ["AWS_ENDPOINT_URL_LAMBDA"]
