"""A function under Amazon's own runtime emulator, and what the checks of every function share."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib

import boto3

HERE = pathlib.Path(__file__).parent
FUNCTIONS, EMULATOR, DOUBLE = (os.path.abspath(argument) for argument in sys.argv[1:4])
RUN = f"{time.time_ns()}"
outcomes = []


def check(what, holds, seen=""):
    outcomes.append(bool(holds))
    if not holds:
        print(f"FAIL {what}: {seen}")


def free():
    """An address of this machine that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


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
        self.address, runtime = free(), free()
        command = [EMULATOR, "--runtime-interface-emulator-address", self.address, "--runtime-api-address", runtime]
        self.log = open(f"{FUNCTIONS}/{name}.log", "ab")
        self.process = subprocess.Popen(
            command + [f"{FUNCTIONS}/{name}"], env=environment, stdout=self.log, stderr=self.log, start_new_session=True
        )
        wait(self.address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()

    def invoke(self, event):
        url = f"http://{self.address}/2015-03-31/functions/function/invocations"
        with urllib.request.urlopen(urllib.request.Request(url, data=json.dumps(event).encode()), timeout=30) as answer:
            return answer.read()


class Model:
    """The double of Bedrock, for as long as the checks run."""

    def __init__(self):
        self.address = free()
        self.process = subprocess.Popen([DOUBLE, "--listen", self.address], stdout=subprocess.DEVNULL)
        os.environ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = f"http://{self.address}"

    def __enter__(self):
        wait(self.address)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def turn(self, **knobs):
        request = urllib.request.Request(f"http://{self.address}/_double", data=json.dumps(knobs).encode())
        request.add_header("content-type", "application/json")
        urllib.request.urlopen(request, timeout=5).read()


def event(name, number):
    text = (HERE / "events" / f"{name}.json").read_text()
    return json.loads(text.replace("{n}", f"{RUN}-{number}"))


def table(name):
    return boto3.resource("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"]).Table(f"motorline-{name}")


def records(session):
    """The turns of a session, each with its item, as DynamoDB has them."""
    key = f"CONV#{session}"
    items = table("conversations").query(KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": key})["Items"]
    return [(item, unpacked(bytes(item["record"]))) for item in items]


def unpacked(record):
    return json.loads(zlib.decompress(record, 15 if record[0] == 0x78 else -15))
