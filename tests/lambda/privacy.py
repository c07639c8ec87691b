"""A customer takes with them what is kept of them, and has it erased, by the packaged function: afterwards no table names them,
another client finds, and a stream that tells of their turns only now teaches nothing of them.
"""
import json
import os

import boto3

import learn
from emulated import RUN, Function, check, event, unpacked

WHO = f"leaving-{RUN}"


def asked(function, buffered, method, path, number=""):
    """A request by the customer who leaves; a turn if it has a number."""
    sent = event("http-api", number)
    context = sent["requestContext"]
    context["authorizer"]["jwt"]["claims"]["sub"] = WHO
    if not number:
        sent["rawPath"] = context["http"]["path"] = f"/prod{path}"
        sent["routeKey"] = context["routeKey"] = f"{method} {path}"
        context["http"]["method"], sent["body"] = method, ""
        sent["headers"] = {"host": sent["headers"]["host"]}
    status, body, _ = buffered(function.invoke(sent))
    return status, json.loads(body)


def named():
    """Every item of every table in which the customer is named, also in what is packed."""
    client = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
    found = []
    for name in ("customers", "sessions", "conversations", "analytics"):
        for page in client.get_paginator("scan").paginate(TableName=f"motorline-{name}", ConsistentRead=True):
            for item in page["Items"]:
                packed = item.get("record", {}).get("B")
                text = repr(item) + (json.dumps(unpacked(packed)) if packed and packed != b"not packed" else "")
                if WHO in text:
                    found.append((name, item["pk"]["S"], item["sk"]["S"]))
    return found


def kept(export):
    return {store["store"]: len(store["pieces"]) for store in export["stores"]}


def checks(buffered):
    with Function("motorline-turns", lambda_response="buffered") as turns, Function("motorline-learn") as student:
        told = [asked(turns, buffered, "POST", "/v1/turns", f"leaving-{number}") for number in range(2)]
        check("privacy: two turns", [status for status, _ in told] == [200, 200], told)
        items = [learn.stored(body["session_id"])[0] for _, body in told]
        check("privacy: one is learned from", learn.told(student, [learn.record(50, items[0])]) == [])
        status, export = asked(turns, buffered, "GET", "/v1/me/export")
        check("privacy: an export", status == 200 and export["customer"] == WHO, export)
        check("privacy: of both turns", kept(export).get("conversations", 0) >= 2, kept(export))
        check("privacy: with what they asked", json.dumps(export).count("What tyre pressure") >= 2, export)
        check("privacy: they are in the tables", len(named()) > 2, named())
        status, receipt = asked(turns, buffered, "DELETE", "/v1/me")
        check("privacy: a receipt", status == 200 and receipt["complete"] is True, receipt)
        check("privacy: that does not name them", WHO not in json.dumps(receipt), receipt)
        check("privacy: no table names them", named() == [], named())
        check("privacy: a late stream is heard", learn.told(student, [learn.record(50 + n, item) for n, item in enumerate(items)]) == [])
        check("privacy: and teaches nothing of them", named() == [], named())
        status, export = asked(turns, buffered, "GET", "/v1/me/export")
        check("privacy: nothing is left to export", status == 200 and not any(kept(export).values()), kept(export))
