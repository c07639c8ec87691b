"""Reads the page for Prometheus with Prometheus' own parser, and holds it against the turns that were just taken.

Usage: check.py ADDRESS (of a product that nobody else talks to)
"""

import json
import sys
import time
import urllib.request

from prometheus_client.openmetrics.parser import text_string_to_metric_families

ADDRESS = sys.argv[1]
SAID = [
    ("ada", "web", "What is the tyre pressure of my car?"),
    ("ben", "mobile", "I want to talk to a person, please."),
    (None, "web", "When are you open?"),
]
# Seconds after which how things stand has been looked at again.
A_LOOK = 16


def asked(path, who=None, body=None):
    headers = {"Content-Type": "application/json"} if body else {}
    if who:
        headers["Authorization"] = f"Bearer demo-{who}"
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"http://{ADDRESS}{path}", data, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.headers, answer.read().decode()


def scraped():
    headers, page = asked("/metrics")
    assert headers["Content-Type"].startswith("application/openmetrics-text"), headers["Content-Type"]
    # The parser refuses what is not OpenMetrics: names without their units, counters without _total, no end.
    return {family.name: family for family in text_string_to_metric_families(page)}


def value(families, family, suffix="", **labels):
    found = [sample.value for sample in families[family].samples
             if sample.name == family + suffix and sample.labels == labels]
    assert len(found) == 1, (family, suffix, labels, found)
    return found[0]


before = scraped()
assert len(before) > 50, len(before)
replies = [json.loads(asked("/v1/turns", who, {"text": text, "channel": channel})[1]) for who, channel, text in SAID]
rated = {"session_id": replies[0]["session_id"], "rating": "up"}
asked(f"/v1/turns/{replies[0]['turn_id']}/feedback", SAID[0][0], rated)
time.sleep(A_LOOK)
families = scraped()
assert families.keys() == before.keys(), "a family is there before anything happened"
assert value(families, "motorline_turns", "_total") == len(SAID)
assert value(families, "motorline_turns_by_channel", "_total", channel="web") == 2
assert value(families, "motorline_turn_latency_seconds", "_count") == len(SAID)
seconds = sum(reply["timing"]["total_ms"] for reply in replies) / 1000
assert abs(value(families, "motorline_turn_latency_seconds", "_sum") - seconds) < 0.001
assert value(families, "motorline_handoffs", "_total") == sum(reply["route"]["target"] == "human" for reply in replies)
tokens = sum(reply["usage"]["input_tokens"] for reply in replies)
assert value(families, "motorline_input_tokens", "_total") == tokens
assert value(families, "motorline_requests_by_outcome", "_total", outcome="answered") == len(SAID) + 1
assert value(families, "motorline_feedback_by_outcome", "_total", outcome="up") == 1
# This connection is open while the page is written, but how things stand is looked at now and then.
assert value(families, "motorline_open_connections") >= 0
assert value(families, "motorline_handoffs_waiting") >= 1
assert value(families, "motorline_longest_wait_seconds") >= 0
assert value(families, "motorline_learner_lag_seconds") >= 0
units = {family.unit for family in families.values()}
assert units == {"", "seconds", "usd"}, units
print(f"{len(families)} families, {sum(len(family.samples) for family in families.values())} samples, "
      f"as {len(SAID)} turns say")
