"""Checks what linters do not see, on the templates as CloudFormation gets them (translated by AWS's own translator, offline).

Streaming really streams; each function has a role of its own; no statement has a wildcard resource but those on the reviewed list; models are
allowed together with the profile that leads to them, and only through it; data survives its stack; alarms say what missing data means.
Usage: translated.py FOLDER_OF_STACKS
"""

import json
import os
import pathlib
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")

import boto3  # noqa: E402
from samtranslator.parser.parser import Parser  # noqa: E402
from samtranslator.translator.translator import Translator  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

# Statements that may say "*", by their Sid, each with its reason.
WILDCARDS = {
    "TracesHaveNoResource": "X-Ray's actions take no resource",
    "Traces": "the same, in the bound of all roles",
    "ItsMeasures": "PutMetricData takes no resource; its condition names our namespace",
    "TheAccountDecidesByItsRoles": "in the policy of a key, * is the key itself",
    "LogsAreWrittenUnderIt": "in the policy of a key, * is the key itself; the condition names our log groups",
    "AlarmsAndBucketsTellTopicsUnderIt": "in the policy of a key, * is the key itself; the condition names our account",
    "TheTrailIsWrittenUnderIt": "in the policy of a key, * is the key itself; the condition names our trail",
}
# What keeps data, and therefore survives the stack that made it.
KEEPERS = {"AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Cognito::UserPool"}
# The site is made of files of the repository.
REPLACEABLE = {"Site"}

problems: list[str] = []


def expect(holds, problem):
    if not holds:
        problems.append(problem)


def listed(value):
    return value if isinstance(value, list) else [value]


def translated(path):
    template = yaml_parse(path.read_text())
    if "Transform" not in template:
        return template
    parameters = {}
    for name, parameter in template.get("Parameters", {}).items():
        default = parameter.get("Default", "x")
        if parameter["Type"] == "CommaDelimitedList":
            default = "arn:aws:bedrock:eu-central-1::foundation-model/x"
        parameters[name] = default
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=os.environ["AWS_DEFAULT_REGION"]))
    return translator.translate(template, parameters)


def statements(resource):
    properties = resource.get("Properties", {})
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", []) if isinstance(policy, dict) and "PolicyDocument" in policy]
    documents += [properties[name] for name in ("PolicyDocument", "KeyPolicy") if name in properties]
    return [statement for document in documents for statement in listed(document["Statement"])]


def check(name, template):
    resources = template["Resources"]
    functions = {key: one for key, one in resources.items() if one["Type"] == "AWS::Lambda::Function"}
    roles = [json.dumps(one["Properties"]["Role"]) for one in functions.values()]
    expect(len(set(roles)) == len(roles), f"{name}: two functions share a role")
    for key, one in functions.items():
        expect("Timeout" in one["Properties"], f"{name}: {key} has no timeout of its own")
        secret = [variable for variable in one["Properties"].get("Environment", {}).get("Variables", {}) if "KEY" in variable or "SECRET" in variable or "PASSWORD" in variable]
        expect(not secret, f"{name}: {key} has {secret} in its environment")
    for key, one in resources.items():
        where = f"{name}: {key}"
        if one["Type"] in KEEPERS and key not in REPLACEABLE:
            expect(str(one.get("DeletionPolicy", "")).startswith("Retain"), f"{where} would be deleted with its stack")
            expect(one.get("UpdateReplacePolicy") == "Retain", f"{where} would be deleted when it is replaced")
        if one["Type"] == "AWS::IAM::Role" and one["Properties"].get("AssumeRolePolicyDocument") and "lambda.amazonaws.com" in json.dumps(one):
            expect("PermissionsBoundary" in one["Properties"], f"{where} has no bound")
        if one["Type"] == "AWS::CloudWatch::Alarm":
            expect("TreatMissingData" in one["Properties"], f"{where} does not say what missing data means")
        if one["Type"] == "AWS::DynamoDB::GlobalTable":
            expect(one["Properties"]["BillingMode"] == "PAY_PER_REQUEST", f"{where} costs while idle")
        for statement in statements(one):
            about = f"{where}, statement {statement.get('Sid', '(without a Sid)')}"
            if statement["Effect"] != "Allow":
                continue
            actions = listed(statement["Action"])
            expect("Sid" in statement or one["Type"] != "AWS::IAM::Role" or "replication" in json.dumps(one["Properties"]["RoleName"]), f"{about} has no name")
            expect(all(action != "*" and not (action.endswith(":*") and action != "kms:*") for action in actions), f"{about} allows everything")
            if "*" in listed(statement.get("Resource", [])):
                expect(statement.get("Sid") in WILDCARDS, f"{about}: * is not on the reviewed list")
    models(name, resources)
    streams(name, resources)


def models(name, resources):
    """A profile without its models fails when it is called; models without the condition can be called around the profile."""
    for key, one in resources.items():
        if one["Type"] != "AWS::IAM::Role":
            continue
        asked = [statement for statement in statements(one) if any("bedrock:InvokeModel" in action for action in listed(statement["Action"]))]
        if not asked:
            continue
        allowed = {json.dumps(arn) for statement in asked if "Condition" not in statement for arn in listed(statement["Resource"])}
        through = {json.dumps(statement["Condition"]["StringEquals"]["bedrock:InferenceProfileArn"]) for statement in asked if "Condition" in statement}
        expect(allowed and allowed == through, f"{name}: {key} does not name both the profiles and their models: {allowed} and {through}")


def streams(name, resources):
    """`STREAM` passes the linters and gives a buffered API; what counts is what the gateway is told."""
    for key, one in resources.items():
        if one["Type"] != "AWS::ApiGateway::RestApi":
            continue
        methods = [(path, method, how) for path, all_ in one["Properties"]["Body"]["paths"].items() for method, how in all_.items() if method != "options"]
        expect(methods, f"{name}: {key} has no method")
        for path, method, how in methods:
            integration = how["x-amazon-apigateway-integration"]
            uri = json.dumps(integration["uri"])
            expect(integration.get("responseTransferMode") == "STREAM", f"{name}: {method} {path} does not stream: {integration.get('responseTransferMode')}")
            expect("response-streaming-invocations" in uri, f"{name}: {method} {path} invokes without streaming: {uri}")


folder = pathlib.Path(sys.argv[1])
templates = sorted(folder.glob("*.yaml"))
for path in templates:
    check(path.name, translated(path))
for problem in problems:
    print(problem)
print(f"{len(templates)} templates, {len(problems)} problems")
sys.exit(bool(problems) or not templates)
