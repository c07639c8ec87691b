#!/usr/bin/env python3
"""Checks the Bedrock double with Amazon's own Python client, which reads the wire more strictly than most.

    python3 -m venv <folder outside the tree> && <folder>/bin/pip install boto3==1.43.106
    cargo build -p system-tests --features aws --example bedrock-double
    <folder>/bin/python tests/doubles/certify.py target/debug/examples/bedrock-double [127.0.0.1:9210]

Starts the double, asks, prints what passed, and exits with 1 when anything failed.
"""

import json
import subprocess
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError, ReadTimeoutError

MODEL = "us.amazon.nova-micro-v1:0"
ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6"
CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
LLAMA = "us.meta.llama3-3-70b-instruct-v1:0"
TITAN = "amazon.titan-text-express-v1"
SCHEMA = {
    "type": "object",
    "properties": {"intent": {"type": "string"}},
    "required": ["intent"],
    "additionalProperties": False,
}
TOOLS = {
    "tools": [{"toolSpec": {"name": "intent", "inputSchema": {"json": SCHEMA}}}],
    "toolChoice": {"tool": {"name": "intent"}},
}
EVIDENCE = '<evidence number="1">\n[1] Manual\nIt is 2.5 bar at the front. The rear has 2.7.\n</evidence>'
ERRORS = {
    "ThrottlingException": 429,
    "ModelNotReadyException": 429,
    "ServiceUnavailableException": 503,
    "InternalServerException": 500,
    "ModelTimeoutException": 408,
    "ModelErrorException": 424,
    "ValidationException": 400,
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
}
IN_STREAM = [
    "throttlingException",
    "serviceUnavailableException",
    "internalServerException",
    "modelStreamErrorException",
    "validationException",
]

passed, failed = 0, 0


def check(what, fine, seen=None):
    global passed, failed
    if fine:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what}: {seen!r}")


class Double:
    """The double and the client that asks it."""

    def __init__(self, program, address):
        self.process = subprocess.Popen([program, "--listen", address], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.client = boto3.client(
            "bedrock-runtime",
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id="AKIDTEST",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=2, proxies={}),
        )

    def control(self, knobs=None):
        data = None if knobs is None else json.dumps(knobs).encode()
        request = urllib.request.Request(f"{self.url}/_double", data, {"content-type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request) as answer:
            return json.load(answer)

    def converse(self, **more):
        return self.client.converse(**request(**more))

    def stream(self, **more):
        """The events of a stream by name, in order."""
        return [event.popitem() for event in self.client.converse_stream(**request(**more))["stream"]]


def request(model=MODEL, texts=(EVIDENCE,), **more):
    fixed = {
        "modelId": model,
        "system": [{"text": "Answer only from the evidence."}],
        "messages": [{"role": "user", "content": [{"text": text} for text in texts]}],
        "inferenceConfig": {"maxTokens": 150, "temperature": 0.2},
        "requestMetadata": {"product": "motorline"},
    }
    return {name: value for name, value in (fixed | more).items() if value is not None}


def text(events):
    return "".join(value["delta"]["text"] for name, value in events if name == "contentBlockDelta")


def error_of(call):
    try:
        call()
    except (ClientError, EventStreamError) as error:
        return error.response["Error"]["Code"], error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    except Exception as error:  # noqa: BLE001: any other error is a finding
        return type(error).__name__, None
    return None, None


def answers(double):
    for model in (MODEL, ARN):
        double.control({"input_tokens": 500, "output_tokens": 160})
        whole = double.converse(model=model)
        said = whole["output"]["message"]
        check("whole text", said == {"role": "assistant", "content": [{"text": "It is 2.5 bar at the front. [1]"}]}, said)
        check("whole stop", whole["stopReason"] == "end_turn", whole)
        tokens = {"inputTokens": 500, "outputTokens": 160, "totalTokens": 660}
        check("whole usage", whole["usage"] == tokens, whole)
        check("whole metrics", "latencyMs" in whole["metrics"], whole)
        check("whole model", double.control()["last_model"] == model, double.control())
        events = double.stream(model=model)
        names = [name for name, _ in events]
        expected = ["messageStart"] + ["contentBlockDelta"] * 8 + ["contentBlockStop", "messageStop", "metadata"]
        check("stream events", names == expected, names)
        check("stream role", events[0][1] == {"role": "assistant"}, events[0])
        check("stream text", text(events) == "It is 2.5 bar at the front. [1]", text(events))
        check("stream stop", events[-2][1]["stopReason"] == "end_turn", events[-2])
        check("stream usage", events[-1][1]["usage"] == tokens, events[-1])
        check("stream model", double.control()["last_model"] == model, double.control())
    double.control({})
    sent = double.control()["last_request"]
    check("recorded body", sent["messages"][0]["content"][0]["text"] == EVIDENCE, sent)
    check("no evidence", text(double.stream(texts=["Hello?"])) == "Could you tell me more about it?")
    check("the maximum", double.stream(inferenceConfig={"maxTokens": 2})[-2][1]["stopReason"] == "max_tokens")


def stop_reasons(double):
    for reason in ("stop_sequence", "model_context_window_exceeded", "guardrail_intervened", "content_filtered"):
        double.control({"stop_reason": reason})
        check(f"whole {reason}", double.converse()["stopReason"] == reason)
        check(f"stream {reason}", double.stream()[-2][1]["stopReason"] == reason)


def errors(double):
    for code, status in ERRORS.items():
        double.control({"fail": {"error": code, "calls": 2}})
        check(f"whole {code}", error_of(double.converse) == (code, status), error_of)
        check(f"stream {code}", error_of(double.stream) == (code, status), error_of)
        check(f"after {code}", error_of(double.stream) == (None, None))
    typed = double.client.exceptions.ThrottlingException
    double.control({"fail": {"error": "ThrottlingException", "calls": 1}})
    try:
        double.converse()
        check("typed exception", False)
    except typed as error:
        check("typed exception", error.response["Error"]["Message"] == "planted by the double", error.response)
    for name in IN_STREAM:
        double.control({"stream_exception": name, "after": 2})
        code, _ = error_of(double.stream)
        check(f"inside a stream {name}", code == name, code)
    double.control({"throttle_every": 2})
    refused = [error_of(double.converse)[0] for _ in range(6)].count("ThrottlingException")
    check("every second call", refused == 3, refused)


def rules(double):
    double.control({})
    user, assistant = ({"role": role, "content": [{"text": "Hello"}]} for role in ("user", "assistant"))
    blank = {"role": "user", "content": [{"text": " "}]}
    for what, messages in {
        "assistant first": [assistant, user],
        "twice the same": [user, user],
        "assistant last": [user, assistant],
        "blank": [blank],
        "no content": [{"role": "user", "content": []}],
    }.items():
        seen = error_of(lambda: double.converse(messages=messages))
        check(what, seen == ("ValidationException", 400), seen)


def text_format(schema):
    schema = {"name": "intent", "schema": json.dumps(schema)}
    return {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}


def shapes(double):
    answer = {"intent": "tyre pressure"}
    double.control({"text": json.dumps(answer)})
    whole = double.converse(toolConfig=TOOLS)
    called = whole["output"]["message"]["content"][0]["toolUse"]
    check("whole tool", (called["name"], called["input"], whole["stopReason"]) == ("intent", answer, "tool_use"), whole)
    events = double.stream(toolConfig=TOOLS)
    start = events[1]
    check("stream tool", start[1]["start"]["toolUse"]["name"] == "intent", start)
    pieces = [value["delta"]["toolUse"]["input"] for name, value in events if name == "contentBlockDelta"]
    check("stream tool input", len(pieces) > 1 and json.loads("".join(pieces)) == answer, pieces)
    check("stream tool stop", events[-2][1]["stopReason"] == "tool_use", events[-2])
    held = double.converse(model=CLAUDE, outputConfig=text_format(SCHEMA))
    check("whole schema", json.loads(held["output"]["message"]["content"][0]["text"]) == answer, held)
    check("stream schema", json.loads(text(double.stream(model=CLAUDE, outputConfig=text_format(SCHEMA)))) == answer)


def caching(double):
    double.control({"cache_read_tokens": 7, "cache_write_tokens": 3, "input_tokens": 5, "output_tokens": 2})
    system = [{"text": "Answer."}, {"cachePoint": {"type": "default"}}]
    tokens = {
        "inputTokens": 5,
        "outputTokens": 2,
        "totalTokens": 17,
        "cacheReadInputTokens": 7,
        "cacheWriteInputTokens": 3,
    }
    for model in (MODEL, CLAUDE, ARN):
        check(f"cache {model}", double.converse(model=model, system=system)["usage"] == tokens)
        check(f"stream cache {model}", double.stream(model=model, system=system)[-1][1]["usage"] == tokens)


def abilities(double):
    double.control({})
    point = [{"text": "Answer."}, {"cachePoint": {"type": "default"}}]
    open_schema = {key: value for key, value in SCHEMA.items() if key != "additionalProperties"}
    unknown = TOOLS | {"toolChoice": {"tool": {"name": "other"}}}
    for what, more in {
        "titan and a system prompt": {"model": TITAN},
        "titan and tools": {"model": TITAN, "system": None, "toolConfig": TOOLS},
        "llama and a forced tool": {"model": LLAMA, "toolConfig": TOOLS},
        "llama and a schema": {"model": LLAMA, "outputConfig": text_format(SCHEMA)},
        "llama and a cache point": {"model": LLAMA, "system": point},
        "nova and a schema": {"outputConfig": text_format(SCHEMA)},
        "an unknown tool": {"toolConfig": unknown},
        "an open schema": {"model": CLAUDE, "outputConfig": text_format(open_schema)},
        "a cache point first": {"system": point[::-1]},
    }.items():
        seen = error_of(lambda: double.converse(**more))
        check(what, seen == ("ValidationException", 400), seen)
    said = double.converse(model=TITAN, system=None)["output"]["message"]["content"][0]["text"]
    check("titan without a system prompt", said == "It is 2.5 bar at the front. [1]", said)


def faults(double):
    double.control({"corrupt_after": 1})
    check("wrong checksum", error_of(double.stream)[0] == "ChecksumMismatch", error_of(double.stream))
    double.control({"cut_after": 1})
    check("cut", error_of(double.stream)[0] is not None)
    double.control({"end_after": 1})
    names = [name for name, _ in double.stream()]
    check("ends early", names == ["messageStart", "contentBlockDelta"], names)
    double.control({"empty": True})
    check("empty", text(double.stream()) == "")
    double.control({"stall_after": 1})
    try:
        double.stream()
        check("stall", False)
    except Exception as error:  # noqa: BLE001: which class it is differs between versions of the client
        check("stall", isinstance(error, ReadTimeoutError) or "timed out" in str(error), error)
    double.control({"first_token_ms": 300, "tokens_per_second": 50})
    began = time.monotonic()
    stream = iter(double.client.converse_stream(**request())["stream"])
    next(stream)
    first = time.monotonic() - began
    list(stream)
    whole = time.monotonic() - began
    check("latency to the first token", 0.3 <= first < 0.6, first)
    check("pace", 0.12 <= whole - first < 0.6, whole - first)


def main():
    program = sys.argv[1]
    address = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1:0"
    double = Double(program, address)
    try:
        for part in (answers, stop_reasons, errors, rules, shapes, caching, abilities, faults):
            part(double)
    finally:
        double.process.terminate()
        double.process.wait()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
