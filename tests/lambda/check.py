"""The packaged functions, run by Amazon's own runtime emulator with the events that gateways send; what they stored is read
back with another client.

    check.py <folder of the bootstraps> <aws-lambda-rie> <bedrock-double>

Needs boto3, the services of `.ci/services` and what the example `furnish` makes; their addresses come from the environment.
"""
import base64
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib

import boto3

HERE = pathlib.Path(__file__).parent
FUNCTIONS, EMULATOR, DOUBLE = (os.path.abspath(argument) for argument in sys.argv[1:4])
PROFILE = "us.amazon.nova-micro-v1:0"
ADDRESS, RUNTIME, MODEL = "127.0.0.1:9130", "127.0.0.1:9131", "127.0.0.1:9132"
RUN = f"{time.time_ns()}"
passed, failed = 0, 0


def check(what, holds, seen=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print(f"FAIL {what}: {seen}")


def wait(address):
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://{address}/", timeout=2)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing answers at {address}")


class Function:
    """A function under the emulator."""

    def __init__(self, name, **settings):
        environment = os.environ | {"MOTORLINE_" + key.upper(): value for key, value in settings.items()}
        command = [EMULATOR, "--runtime-interface-emulator-address", ADDRESS, "--runtime-api-address", RUNTIME]
        self.log = open(f"{FUNCTIONS}/{name}.log", "ab")
        self.process = subprocess.Popen(
            command + [f"{FUNCTIONS}/{name}"], env=environment, stdout=self.log, stderr=self.log, start_new_session=True
        )
        wait(ADDRESS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()

    def invoke(self, event):
        url = f"http://{ADDRESS}/2015-03-31/functions/function/invocations"
        with urllib.request.urlopen(urllib.request.Request(url, data=json.dumps(event).encode()), timeout=30) as answer:
            return answer.read()


def event(name, number):
    text = (HERE / "events" / f"{name}.json").read_text()
    return json.loads(text.replace("{n}", f"{RUN}-{number}"))


def buffered(answer):
    answer = json.loads(answer)
    body = base64.b64decode(answer["body"]) if answer.get("isBase64Encoded") else answer["body"]
    return answer["statusCode"], json.loads(body), answer["headers"] | {
        key: values[0] for key, values in answer.get("multiValueHeaders", {}).items()
    }


def streamed(answer):
    """A prelude in JSON, eight zero bytes, and the body."""
    prelude, _, body = answer.partition(b"\0" * 8)
    prelude = json.loads(prelude)
    return prelude["statusCode"], json.loads(body), prelude["headers"]


def doors():
    for response, read in (("buffered", buffered), ("stream", streamed)):
        with Function("motorline-turns", lambda_response=response) as function:
            for name, words in (("rest-api", "Lumen"), ("http-api", "Corran"), ("function-url", "P0301")):
                sent = event(name, response)
                status, body, headers = read(function.invoke(sent))
                check(f"{name} {response}: a reply", status == 200 and words in body.get("reply", ""), body)
                check(f"{name} {response}: by the model", body.get("model") == PROFILE, body.get("model"))
                check(f"{name} {response}: nothing is missing", body.get("degraded") == [], body.get("degraded"))
                check(f"{name} {response}: cited", bool(body.get("citations")), body)
                check(f"{name} {response}: JSON", headers.get("content-type") == "application/json", headers)
                again = read(function.invoke(sent))
                check(f"{name} {response}: the same key, the same answer", again[:2] == (status, body), again)
                stored(name, response, body)
            status, body, headers = read(function.invoke(event("refused", response)))
            check(f"refused {response}: a problem with a body", status == 422 and body.get("field") == "text", body)
            check(f"refused {response}: its type", headers.get("content-type") == "application/problem+json", headers)
            sent = event("function-url", "whoever") | {"headers": {"authorization": "Bearer demo-ada", "content-type": "application/json"}}
            check(f"an unverified credential {response}: 401", read(function.invoke(sent))[0] == 401)


def stored(name, response, body):
    """Reads a turn back as DynamoDB has it."""
    table = boto3.resource("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"]).Table("motorline-conversations")
    key = f"CONV#{body['session_id']}"
    items = table.query(KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": key})["Items"]
    check(f"{name} {response}: one stored turn", len(items) == 1, items)
    record = json.loads(zlib.decompress(bytes(items[0]["record"]), -15 if items[0]["record"].value[0] != 0x78 else 15))
    check(f"{name} {response}: stored as answered", record["reply"]["text"] == body["reply"] == items[0]["replied"], record)
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
    double = subprocess.Popen([DOUBLE, "--listen", MODEL], stdout=subprocess.DEVNULL)
    os.environ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = f"http://{MODEL}"
    try:
        wait(MODEL)
        ingest()
        doors()
        metrics()
    finally:
        double.terminate()
        double.wait()
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
