#!/usr/bin/env python3
"""Checks the double of OpenAI's chat completions with OpenAI's own Python client.

    bash .ci/openai

Starts the double, asks, prints what passed, and exits with 1 when anything failed.
"""

import json
import subprocess
import sys
import urllib.request

import httpx
import openai

KEY = "sk-double-0123456789"
EVIDENCE = '<evidence number="1">\n[1] Manual\nIt is 2.5 bar at the front. The rear has 2.7.\n</evidence>'
SAID = "It is 2.5 bar at the front. [1]"
SCHEMA = {
    "type": "object",
    "properties": {"intent": {"type": "string", "enum": ["tyres", "billing"]}},
    "required": ["intent"],
    "additionalProperties": False,
}
ERRORS = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
    500: openai.InternalServerError,
    503: openai.InternalServerError,
}

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
        self.process = subprocess.Popen([program, address], stdout=subprocess.PIPE, text=True)
        self.base = self.process.stdout.readline().strip()
        self.client = self.client_with(KEY)

    def client_with(self, key):
        http = httpx.Client(trust_env=False)
        return openai.OpenAI(base_url=self.base, api_key=key, max_retries=0, timeout=5, http_client=http)

    def turn(self, **knobs):
        url = self.base.removesuffix("/v1") + "/_double"
        request = urllib.request.Request(url, json.dumps(knobs).encode(), {"content-type": "application/json"})
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()

    def ask(self, **more):
        fixed = {
            "model": "gpt-4o-mini",
            "messages": [{"role": "user", "content": EVIDENCE}],
            "max_completion_tokens": 150,
            "temperature": 0.2,
            "store": False,
        }
        return self.client.chat.completions.create(**(fixed | more))

    def stream(self, **more):
        return list(self.ask(stream=True, stream_options={"include_usage": True}, **more))


def error_of(call):
    try:
        call()
    except openai.OpenAIError as error:
        return error
    except httpx.HTTPError as error:
        return error
    return None


def answers(double):
    double.turn(usage=[500, 400, 160])
    whole = double.ask()
    check("whole text", whole.choices[0].message.content == SAID, whole)
    check("whole reason", whole.choices[0].finish_reason == "stop", whole)
    check("whole usage", (whole.usage.prompt_tokens, whole.usage.completion_tokens) == (500, 160), whole.usage)
    check("cached", whole.usage.prompt_tokens_details.cached_tokens == 400, whole.usage)
    chunks = double.stream()
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    check("stream text", text == SAID, text)
    check("stream role", chunks[0].choices[0].delta.role == "assistant", chunks[0])
    check("stream reason", chunks[-2].choices[0].finish_reason == "stop", chunks[-2])
    check("stream usage", chunks[-1].usage.total_tokens == 660 and not chunks[-1].choices, chunks[-1])
    check("no usage unasked", all(chunk.usage is None for chunk in double.ask(stream=True)))
    double.turn()
    check("the maximum", double.ask(max_completion_tokens=2).choices[0].finish_reason == "length")
    form = {"type": "json_schema", "json_schema": {"name": "intent", "strict": True, "schema": SCHEMA}}
    said = double.ask(response_format=form).choices[0].message.content
    check("a shape", json.loads(said) == {"intent": "tyres"}, said)
    names = [model.id for model in double.client.models.list()]
    check("models", "gpt-4o-mini" in names, names)


def errors(double):
    for status, kind in ERRORS.items():
        for ask in (double.ask, double.stream):
            refuse = {"status": status, "type": "t", "code": "c", "message": "planted", "retry_after": "3"}
            double.turn(refuse=refuse)
            error = error_of(ask)
            check(f"{status}", isinstance(error, kind) and error.code == "c" and error.type == "t", error)
            header = getattr(error, "response", None) is not None and error.response.headers["retry-after"]
            check(f"{status} retry-after", header == "3", header)
    double.turn(error_after=[1, {"message": "planted", "type": "server_error", "code": None}])
    check("inside a stream", isinstance(error_of(double.stream), openai.APIError))
    double.turn(cut_after=1)
    check("cut", error_of(double.stream) is not None)
    double.turn()
    stranger = double.client_with("sk-other")
    check("another key", isinstance(error_of(lambda: stranger.models.list()), openai.AuthenticationError))


def rules(double):
    double.turn()
    open_schema = {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": {"type": "object"}}}
    for what, more in {
        "unknown parameter": {"extra_body": {"colour": "red"}},
        "the older maximum": {"max_tokens": 5},
        "no messages": {"messages": []},
        "unknown role": {"messages": [{"role": "customer", "content": "Hello"}]},
        "too hot": {"temperature": 3},
        "open schema": {"response_format": open_schema},
        "temperature of a model that thinks": {"model": "gpt-5.4-nano"},
        "effort of a model that does not": {"reasoning_effort": "none"},
        "stream options without a stream": {"stream_options": {"include_usage": True}},
    }.items():
        error = error_of(lambda: double.ask(**more))
        check(what, isinstance(error, openai.BadRequestError), error)
    error = error_of(lambda: double.ask(model="gpt-99"))
    check("unknown model", isinstance(error, openai.NotFoundError) and error.code == "model_not_found", error)


def main():
    double = Double(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1:0")
    try:
        for part in (answers, errors, rules):
            part(double)
    finally:
        double.process.terminate()
        double.process.wait()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
