"""Plays a conversation within a trace of its own, and checks what a collector that others wrote got of it.

Usage: check.py COLLECTOR PROGRAM
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SECOND, XRAY_PARENT = "5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
CANARY = "zanzibar7731"
ANALYSTS = {"intent", "sentiment", "knowledge", "personalization"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"{process.args[0]} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit(f"nothing answers on port {port}")


def post(port, text, session, headers):
    body = json.dumps({"text": text, **({"session_id": session} if session else {})}).encode()
    headers = {"content-type": "application/json", "authorization": "Bearer demo-ada", **headers}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/turns?{CANARY}=1", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.headers["x-trace-id"], answer.read().decode()


def spans_in(text):
    """The spans of the collector's debug output, each with its attributes."""
    spans, resources = [], set()
    for block in re.split(r"^Span #\d+$", text, flags=re.M)[1:]:
        block = re.split(r"^(?:ResourceSpans|ScopeSpans) #", block, flags=re.M)[0]
        field = lambda name: re.search(rf"^\s*{name}\s*: ?(.*)$", block, flags=re.M).group(1).strip()
        span = {key: field(name) for key, name in [("trace", "Trace ID"), ("parent", "Parent ID"), ("id", "ID"),
                                                   ("name", "Name"), ("kind", "Kind"), ("status", "Status code")]}
        span["start"], span["end"] = int(field("Start time")), int(field("End time"))
        span["attributes"] = dict(re.findall(r"^\s+-> (.*?): \w+\((.*)\)$", block, flags=re.M))
        spans.append(span)
    resources.update(re.findall(r"-> (service\.\w+|deployment\.[\w.]+): Str\((.*)\)", text))
    return spans, dict(resources)


def check_trace(spans, trace, parent):
    """One tree below the caller's span. Returns the names in it."""
    ours = [span for span in spans if span["trace"] == trace]
    by_id = {span["id"]: span for span in ours}
    roots = [span for span in ours if span["parent"] not in by_id]
    assert len(roots) == 1 and roots[0]["parent"] == parent, roots
    root = roots[0]
    assert root["name"] == "POST /v1/turns" and root["kind"].endswith("SERVER"), root
    assert root["attributes"]["http.route"] == "/v1/turns" and root["attributes"]["http.response.status_code"] == "200"
    for span in ours:
        above = by_id.get(span["parent"])
        assert span["start"] <= span["end"], span
        # Clocks of two threads may differ by a moment.
        assert above is None or (above["start"] <= span["start"] and span["end"] <= above["end"] + 1_000_000), (span, above)
    above = lambda span: by_id[span["parent"]]["name"] if span["parent"] in by_id else None
    turns = [span for span in ours if span["name"] == "turn"]
    assert len(turns) == 1 and above(turns[0]) == "POST /v1/turns", turns
    assert {span["name"] for span in ours if above(span) == "turn"} >= {"open", "analyze", "route", "act", "respond", "close"}
    assert {span["name"] for span in ours if above(span) == "analyze"} == ANALYSTS
    assert {span["name"] for span in ours if above(span) == "respond"} == {"response"}
    calls = [span for span in ours if above(span) == "response"]
    assert calls and all(call["name"].startswith("chat ") for call in calls), calls
    call = calls[0]["attributes"]
    assert int(call["gen_ai.usage.output_tokens"]) > 0 and call["gen_ai.response.finish_reasons"] == "stop", call
    return turns[0]["attributes"]


def main(collector, program):
    with tempfile.TemporaryDirectory() as folder:
        otlp, grpc, port = free_port(), free_port(), free_port()
        told, log = open(os.path.join(folder, "spans"), "w+"), open(os.path.join(folder, "log"), "w+")
        started = []
        try:
            started.append(subprocess.Popen(
                [collector, "start", "--otlp-http-endpoint", f"127.0.0.1:{otlp}", "--otlp-grpc-endpoint", f"127.0.0.1:{grpc}",
                 "--exporter", "blackhole", "--debug-log", "traces", "--debug-log-verbosity", "detailed"],
                stdout=told, stderr=subprocess.STDOUT))
            wait_for(otlp, started[0])
            started.append(subprocess.Popen(
                [program, "--listen", f"127.0.0.1:{port}", "--data", os.path.join(folder, "data"),
                 "--set", f"trace.endpoint=http://127.0.0.1:{otlp}", "--set", "log.format=json", "--set", "deployment=check"],
                stdout=subprocess.DEVNULL, stderr=log))
            wait_for(port, started[1])
            question = f"What is the tyre pressure of my Lumen, {CANARY}?"
            trace, reply = post(port, question, None, {"traceparent": f"00-{TRACE}-{PARENT}-01"})
            session = json.loads(reply)["session_id"]
            assert trace == TRACE, trace
            header = f"Root=1-{SECOND[:8]}-{SECOND[8:]};Parent={XRAY_PARENT};Sampled=1"
            trace, _ = post(port, question, session, {"x-amzn-trace-id": header, "accept": "text/event-stream"})
            assert trace == SECOND, trace
            begun, _ = post(port, question, session, {"traceparent": "garbage" * 100})
            assert re.fullmatch("[0-9a-f]{32}", begun) and begun not in (TRACE, SECOND), begun
            unsampled, _ = post(port, question, session, {"traceparent": f"00-{'a' * 32}-{PARENT}-00"})
            assert unsampled == "a" * 32, unsampled
            # What waits is sent when the process ends.
            started[1].send_signal(signal.SIGTERM)
            assert started[1].wait(30) == 0
            time.sleep(1.5)
        finally:
            for process in reversed(started):
                if process.poll() is None:
                    process.terminate()
                    process.wait(10)
        told.seek(0), log.seek(0)
        exported, logged = told.read(), log.read()
    spans, resource = spans_in(exported)
    assert resource["service.name"] == "motorline" and resource["deployment.environment.name"] == "check", resource
    for trace, parent in [(TRACE, PARENT), (SECOND, XRAY_PARENT), (begun, "")]:
        turn = check_trace(spans, trace, parent)
        assert turn["session"] == session, turn
    assert not [span for span in spans if span["trace"] == unsampled], "its caller did not want it"
    for secret in [CANARY, "tyre", "demo-ada"]:
        assert secret not in exported and secret not in logged, secret
    values = [value for span in spans for value in span["attributes"].values()]
    assert "ada" not in values and not [value for value in values if "customer:" in value], values
    lines = [json.loads(line) for line in logged.splitlines()]
    closed = [line for line in lines if line["fields"].get("message") == "turn closed"]
    assert [line["fields"]["trace"] for line in closed] == [TRACE, SECOND, begun, unsampled], closed
    assert all(line["spans"][0]["trace"] == line["fields"]["trace"] for line in closed)
    print(f"{len(spans)} spans of 3 traces, each one tree; 1 trace not sampled; nothing of the customer in {len(exported)} bytes of "
          f"spans and {len(lines)} lines of log")


main(*sys.argv[1:])
