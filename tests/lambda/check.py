"""The packaged functions, run by Amazon's own runtime emulator with the events that gateways send; what they stored is read
back with another client.

    check.py <folder of the bootstraps> <aws-lambda-rie> <bedrock-double>

Needs boto3, the services of `.ci/services` and what the example `furnish` makes; their addresses come from the environment.
"""
import base64
import json
import pathlib
import sys

import agents
import learn
import privacy
import sockets
from emulated import FUNCTIONS, Function, Model, check, event, outcomes, records

PROFILE = "us.amazon.nova-micro-v1:0"


def buffered(answer):
    answer = json.loads(answer)
    body = base64.b64decode(answer["body"]).decode() if answer.get("isBase64Encoded") else answer["body"]
    return answer["statusCode"], body, answer["headers"] | {
        key: values[0] for key, values in answer.get("multiValueHeaders", {}).items()
    }


def streamed(answer):
    """A prelude in JSON, eight zero bytes, and the body."""
    prelude, _, body = answer.partition(b"\0" * 8)
    prelude = json.loads(prelude)
    return prelude["statusCode"], body.decode(), prelude["headers"]


def doors():
    for response, read in (("buffered", buffered), ("stream", streamed)):
        with Function("motorline-turns", lambda_response=response) as function:
            turns(function, response, lambda sent: read(function.invoke(sent)))


def turns(function, response, answer):
    def asked(sent):
        status, body, headers = answer(sent)
        return status, json.loads(body), headers

    for name, words in (("rest-api", "Lumen"), ("http-api", "Corran"), ("function-url", "P0301")):
        sent = event(name, response)
        status, body, headers = asked(sent)
        check(f"{name} {response}: a reply", status == 200 and words in body.get("reply", ""), body)
        check(f"{name} {response}: by the model", body.get("model") == PROFILE, body.get("model"))
        check(f"{name} {response}: nothing is missing", body.get("degraded") == [], body.get("degraded"))
        check(f"{name} {response}: cited", bool(body.get("citations")), body)
        check(f"{name} {response}: JSON", headers.get("content-type") == "application/json", headers)
        again = asked(sent)
        check(f"{name} {response}: the same key, the same answer", again[:2] == (status, body), again)
        stored(name, response, body)
    status, body, headers = asked(event("refused", response))
    check(f"refused {response}: a problem with a body", status == 422 and body.get("field") == "text", body)
    check(f"refused {response}: its type", headers.get("content-type") == "application/problem+json", headers)
    sent = event("function-url", "whoever") | {"headers": {"authorization": "Bearer demo-ada", "content-type": "application/json"}}
    check(f"an unverified credential {response}: 401", asked(sent)[0] == 401)
    events(response, answer)


def events(response, answer):
    """The same turn, told as it goes."""
    sent = event("function-url", f"events-{response}")
    sent["headers"]["accept"] = "text/event-stream"
    status, body, headers = answer(sent)
    check(f"events {response}: a stream of events", status == 200 and headers.get("content-type") == "text/event-stream", headers)
    told = [dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":")) for block in body.strip().split("\n\n")]
    told = [message for message in told if message]
    check(f"events {response}: numbered", [int(message["id"]) for message in told] == list(range(1, len(told) + 1)), told)
    kinds = [message["event"] for message in told]
    check(f"events {response}: reports, words, and the end at last", kinds[-1] == "closed" and {"report", "delta"} <= set(kinds[:-1]), kinds)
    words = "".join(json.loads(message["data"])["text"] for message in told if message["event"] == "delta")
    closed = json.loads(told[-1]["data"])
    check(f"events {response}: the words of the reply", words.strip() == closed["reply"].strip(), (words, closed["reply"]))
    stored("function-url", f"events-{response}", closed)


def stored(name, response, body):
    """Reads a turn back as DynamoDB has it."""
    found = records(body["session_id"])
    check(f"{name} {response}: one stored turn", len(found) == 1, found)
    item, record = found[0]
    check(f"{name} {response}: stored as answered", record["reply"]["text"] == body["reply"] == item["replied"], record)
    caller = {"rest-api": {"customer": "ada"}, "http-api": {"customer": "ben"}, "function-url": "anonymous"}[name]
    check(f"{name} {response}: as whom the gateway verified", record["turn"]["caller"] == caller, record["turn"]["caller"])


def metrics():
    """The measures of a turn, as the function writes them for CloudWatch."""
    log = pathlib.Path(FUNCTIONS, "motorline-turns.log").read_text(errors="replace")
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{") and '"_aws"' in line]
    named = {metric["Name"] for line in lines for part in line["_aws"]["CloudWatchMetrics"] for metric in part["Metrics"]}
    wanted = {"Turns", "TurnLatency", "FirstWordLatency", "AgentLatency", "InputTokens", "OutputTokens", "ModelCost"}
    check("measures in the embedded metric format", wanted <= named, named)


def ingest():
    with Function("motorline-ingest") as function:
        first = json.loads(function.invoke(event("object-created", "first")))
        check("ingest: an edition is published", first.get("passages", 0) > 300 and first.get("codes", 0) > 9000, first)
        again = json.loads(function.invoke(event("object-created", "again")))
        check("ingest: the same documents change nothing", again.get("anew") is False and again["edition"] == first["edition"], again)


def main():
    with Model() as model:
        ingest()
        doors()
        metrics()
        agents.checks(buffered)
        learn.checks(buffered)
        privacy.checks(buffered)
        sockets.checks(model, buffered)
    print(f"{sum(outcomes)} passed, {len(outcomes) - sum(outcomes)} failed")
    sys.exit(not all(outcomes))


main()
