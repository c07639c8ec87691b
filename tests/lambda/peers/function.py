"""What a turn asks of AWS, as a Python function would: the peer of the cold start measurement, with nothing but the calls."""
import json
import os
import urllib.request

import boto3

RUNTIME = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
TABLE = f"{os.environ['PREFIX']}-conversations"
dynamo = boto3.client("dynamodb")
bedrock = boto3.client("bedrock-runtime")
others = [boto3.client("s3"), boto3.client("cloudwatch")]


def put(key, sort):
    item = {"pk": {"S": f"PEER#{key}"}, "sk": {"S": sort}}
    dynamo.transact_write_items(TransactItems=[{"Put": {"TableName": TABLE, "Item": item}}])


def turn(key):
    put(key, "OPEN")
    dynamo.query(TableName=TABLE, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": f"PEER#{key}"}})
    answer = bedrock.converse_stream(
        modelId=os.environ["PROFILE"],
        messages=[{"role": "user", "content": [{"text": "hello"}]}],
        inferenceConfig={"maxTokens": 150},
    )
    text = "".join(event.get("contentBlockDelta", {}).get("delta", {}).get("text", "") for event in answer["stream"])
    put(key, "CLOSED")
    return {"statusCode": 200, "body": text}


while True:
    with urllib.request.urlopen(f"{RUNTIME}/invocation/next") as event:
        request = event.headers["lambda-runtime-aws-request-id"]
        event.read()
    body = json.dumps(turn(request + str(os.getpid()))).encode()
    urllib.request.urlopen(urllib.request.Request(f"{RUNTIME}/invocation/{request}/response", data=body, method="POST")).read()
