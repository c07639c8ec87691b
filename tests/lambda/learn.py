"""The function that learns from the stream of closed turns, told of turns that other functions have stored: the same event twice
counts once, a poisoned record fails alone, what another region wrote is not counted.

DynamoDB's own stream is not emulated here: the events are made of the stored items, as it writes them.
"""
import base64
import json
import os
import pathlib

import boto3

from emulated import FUNCTIONS, RUN, Function, check, event, outcomes

STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/motorline-conversations/stream/1"


def client():
    return boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"])


def image(item):
    """An item as a stream shows it: bytes in Base64."""
    return {name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()}


def record(number, item, name="INSERT"):
    keys = {part: item[part] for part in ("pk", "sk")}
    change = {
        "ApproximateCreationDateTime": 1793610000, "Keys": keys, "NewImage": image(item), "SequenceNumber": f"{7000 + number}",
        "SizeBytes": 900, "StreamViewType": "NEW_IMAGE",
    }
    return {
        "eventID": f"{RUN}-{number}", "eventName": name, "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1", "eventSourceARN": STREAM, "dynamodb": change,
    }


def stored(session):
    """The items of a session: its turns."""
    found = client().query(
        TableName="motorline-conversations", KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": f"CONV#{session}"}}
    )
    return found["Items"]


def learned():
    """Everything that was counted, summed up."""
    sums = {}
    for shard in range(8):
        pages = client().get_paginator("query").paginate(
            TableName="motorline-analytics", KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": f"COUNTS#{shard}"}}
        )
        for item in (item for page in pages for item in page["Items"]):
            for name, value in item.items():
                if name.startswith("["):
                    sums[name] = sums.get(name, 0) + int(value["N"])
    return sums


def marked(turn):
    key = {"pk": {"S": f"MARK#analytics/{turn}"}, "sk": {"S": "META"}}
    return "Item" in client().get_item(TableName="motorline-analytics", Key=key, ConsistentRead=True)


def told(function, records):
    answer = json.loads(function.invoke({"Records": records}))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def turns(buffered):
    """Four turns, each in a session of its own, as the function that answers them stores them."""
    with Function("motorline-turns", lambda_response="buffered") as function:
        answers = [json.loads(buffered(function.invoke(event("http-api", f"learn-{n}")))[1]) for n in range(4)]
    return [stored(answer["session_id"])[0] for answer in answers]


def checks(buffered):
    items = turns(buffered)
    ids = [item["turn"]["S"] for item in items]
    with Function("motorline-learn") as function:
        before = learned()
        check("learn: the first event", told(function, [record(n, item) for n, item in enumerate(items[:2])]) == [])
        once = learned()
        check("learn: something is counted", sum(once.values()) > sum(before.values()), once)
        check("learn: each turn is marked", all(marked(turn) for turn in ids[:2]), ids)
        check("learn: the same event again", told(function, [record(n, item) for n, item in enumerate(items[:2])]) == [])
        check("learn: counts once", learned() == once, (once, learned()))
        away = items[2] | {"home": {"S": "eu-central-1"}}
        check("learn: a replicated turn", told(function, [record(3, away)]) == [])
        check("learn: is not counted", learned() == once and not marked(ids[2]), learned())
        poisoned = items[2] | {"record": {"B": b"not packed"}}
        failed = told(function, [record(4, poisoned), record(5, items[3])])
        check("learn: a poisoned record fails alone", failed == ["7004"], failed)
        check("learn: the rest of its event is learned", marked(ids[3]) and not marked(ids[2]), ids)
        check("learn: told again when it is mended", told(function, [record(4, items[2])]) == [] and marked(ids[2]), ids)
    log = pathlib.Path(FUNCTIONS, "motorline-learn.log")
    written = log.stat().st_size
    with Function("motorline-learn", learned="sqlite://motorline.db") as function:
        try:
            answer = function.invoke({"Records": []}).decode()
        except OSError as failure:
            answer = str(failure)
        said = log.read_bytes()[written:]
        check("learn: a file of its own is refused", "batchItemFailures" not in answer, answer)
        check("learn: and why", b"would be gone with this function" in said, said)


if __name__ == "__main__":
    # By itself, without the other functions: learn.py <folder> <aws-lambda-rie> <bedrock-double>
    import sys

    def buffered(answer):
        answer = json.loads(answer)
        return answer["statusCode"], answer["body"], answer["headers"]

    os.environ["MOTORLINE_MODEL_FAST"] = os.environ["MOTORLINE_MODEL_CAPABLE"] = "offline://"
    checks(buffered)
    print(f"{sum(outcomes)} passed, {len(outcomes) - sum(outcomes)} failed")
    sys.exit(not all(outcomes))
