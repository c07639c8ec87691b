"""A conversation through a whole WebSocket API: MiniStack's gateway holds the sockets and runs the packaged functions.

    api.py <folder of the packages> <architecture>

Needs boto3 and websockets, MiniStack and what the example `furnish` makes; addresses and settings come from the environment.
"""
import json
import os
import pathlib
import sys
import time

import boto3
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

HERE = pathlib.Path(__file__).parent
FOLDER, ARCHITECTURE = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
CLOUD = os.environ["AWS_ENDPOINT_URL"]
RUN = f"{time.time_ns()}"
ROLE = "arn:aws:iam::000000000000:role/motorline"
QUESTION = "What tyre pressure does my car need?"


def client(service):
    return boto3.client(service, endpoint_url=CLOUD)


def function(name, **settings):
    """Makes a function from its package, with the settings of this process."""
    passed = {key: value for key, value in os.environ.items() if key.startswith(("MOTORLINE_", "AWS_ENDPOINT_URL"))}
    passed |= {"MOTORLINE_" + key.upper(): value for key, value in settings.items()}
    passed |= {"MOTORLINE_DATA": "/tmp/motorline", "MOTORLINE_AWS_ROOTS": ""}
    passed |= {"MOTORLINE_MODEL_FAST": "offline://", "MOTORLINE_MODEL_CAPABLE": "offline://"}
    made = client("lambda").create_function(
        FunctionName=f"{name}-{RUN}", Runtime="provided.al2023", Handler="bootstrap", Role=ROLE, Timeout=30, MemorySize=512,
        Code={"ZipFile": (FOLDER / f"{name}-{ARCHITECTURE}.zip").read_bytes()}, Environment={"Variables": passed})
    return made["FunctionArn"]


def api():
    """Makes the API and its function; returns where a client connects."""
    gateway = client("apigatewayv2")
    made = gateway.create_api(Name=f"motorline-{RUN}", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.type")["ApiId"]
    arn = function("motorline-socket", socket_endpoint=f"{CLOUD}/_aws/execute-api/{made}/prod")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    integration = gateway.create_integration(ApiId=made, IntegrationType="AWS_PROXY", IntegrationUri=uri, IntegrationMethod="POST")
    for route in ("$connect", "$disconnect", "$default", "turn", "ping"):
        gateway.create_route(ApiId=made, RouteKey=route, Target=f"integrations/{integration['IntegrationId']}")
    gateway.create_stage(ApiId=made, StageName="prod", AutoDeploy=True)
    return f"{CLOUD.replace('http', 'ws', 1)}/_aws/execute-api/{made}/prod"


def ticket():
    """A ticket for ada, from the function that answers REST."""
    arn = function("motorline-turns")
    answer = client("lambda").invoke(FunctionName=arn, Payload=(HERE / "events" / "ticket.json").read_text())
    answer = json.loads(answer["Payload"].read())
    assert answer["statusCode"] == 201, answer
    return json.loads(answer["body"])["ticket"]


def turn(socket, key, text, **fields):
    socket.send(json.dumps({"type": "turn", "key": f"{RUN}-{key}", "text": text} | fields))
    told = [json.loads(socket.recv(timeout=30))]
    while told[-1]["type"] not in ("closed", "error"):
        told.append(json.loads(socket.recv(timeout=30)))
    numbers = [message["seq"] for message in told]
    assert numbers == sorted(set(numbers)) and all(message["key"] == f"{RUN}-{key}" for message in told), told
    return told


def connections():
    found = boto3.resource("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"]).Table("motorline-sessions").scan()
    return [item for item in found["Items"] if item["pk"].startswith("CONN#")]


def main():
    address, word = api(), ticket()
    before = len(connections())
    with connect(f"{address}?ticket={word}", open_timeout=60) as socket:
        assert len(connections()) == before + 1
        socket.send('{"type":"ping"}')
        assert json.loads(socket.recv(timeout=30)) == {"type": "pong"}
        told = turn(socket, "first", QUESTION)
        closed = told[-1]["data"]
        words = "".join(message["data"]["text"] for message in told if message["type"] == "delta")
        assert "Lumen" in closed["reply"] and words.strip() == closed["reply"].strip(), told
        follow = turn(socket, "second", "And in winter?", session_id=closed["session_id"])
        assert follow[-1]["type"] == "closed" and follow[-1]["data"]["session_id"] == closed["session_id"], follow
        socket.send("nonsense")
        assert json.loads(socket.recv(timeout=30))["data"]["status"] == 400
    try:
        connect(f"{address}?ticket={word}", open_timeout=60)
        raise AssertionError("a used ticket opened a socket")
    except InvalidStatus:
        pass
    with connect(address, open_timeout=60) as visitor:
        again = turn(visitor, "first", QUESTION, session_id=closed["session_id"])
        assert again[-1]["type"] == "error" and again[-1]["data"]["status"] == 404, again
    for _ in range(100):
        if len(connections()) == before:
            break
        time.sleep(0.1)
    assert len(connections()) == before, "closed sockets are forgotten"
    print("a conversation through a WebSocket API: as it should be")


main()
