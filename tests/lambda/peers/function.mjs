// What a turn asks of AWS, as a Node function would: the peer of the cold start measurement, with nothing but the calls.
import { DynamoDBClient, QueryCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { BedrockRuntimeClient, ConverseStreamCommand } from "@aws-sdk/client-bedrock-runtime";

const runtime = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const table = `${process.env.PREFIX}-conversations`;
const dynamo = new DynamoDBClient({});
const bedrock = new BedrockRuntimeClient({});
const others = [new S3Client({}), new CloudWatchClient({})];

const put = (id, sort) => dynamo.send(new TransactWriteItemsCommand({
  TransactItems: [{ Put: { TableName: table, Item: { pk: { S: `PEER#${id}` }, sk: { S: sort } } } }],
}));

async function turn(id) {
  await put(id, "OPEN");
  await dynamo.send(new QueryCommand({
    TableName: table, KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": { S: `PEER#${id}` } },
  }));
  const answer = await bedrock.send(new ConverseStreamCommand({
    modelId: process.env.PROFILE,
    messages: [{ role: "user", content: [{ text: "hello" }] }],
    inferenceConfig: { maxTokens: 150 },
  }));
  let text = "";
  for await (const event of answer.stream) text += event.contentBlockDelta?.delta?.text ?? "";
  await put(id, "CLOSED");
  return { statusCode: 200, body: text, clients: others.length + 2 };
}

for (;;) {
  const event = await fetch(`${runtime}/invocation/next`);
  const id = event.headers.get("lambda-runtime-aws-request-id");
  await event.json();
  const body = JSON.stringify(await turn(id + process.pid));
  await fetch(`${runtime}/invocation/${id}/response`, { method: "POST", body });
}
