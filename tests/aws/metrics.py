"""Reads back from CloudWatch what a played conversation emitted, and compares it with what this program makes of the single measures.

    metrics.py <file that tests/aws/metrics/played.rs wrote>

Needs boto3. Nothing of the product computes here: series, sums, counts and percentiles are made anew from the measures, and the
turns from the replies.
"""
import collections
import datetime
import json
import math
import sys

import boto3

PLAYED = json.load(open(sys.argv[1], encoding="utf-8"))
ORIGIN = {"service": "motorline", "deployment": "tests"}
# Queries that one call of GetMetricData takes.
QUERIES = 500
failures = []


def check(what, holds, seen=""):
    if not holds:
        failures.append(f"{what}: {seen}")


def client():
    return boto3.client(
        "cloudwatch", endpoint_url=PLAYED["endpoint"], region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )


def name(dimensions):
    return tuple(sorted(dimensions.items()))


def expected():
    """Every series with its values: one for each set of dimensions of a metric that is known in full."""
    series = collections.defaultdict(list)
    for measure in PLAYED["measures"]:
        about = measure["about"]
        for dimensions in PLAYED["sets"][measure["metric"]]:
            if all(dimension in about for dimension in dimensions):
                key = (measure["metric"], name(ORIGIN | {dimension: about[dimension] for dimension in dimensions}))
                series[key].append(measure["value"])
    return series


def listed(cloudwatch):
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace=PLAYED["namespace"])
    found = [metric for page in pages for metric in page["Metrics"]]
    return [(one["MetricName"], name({pair["Name"]: pair["Value"] for pair in one["Dimensions"]})) for one in found]


def read(cloudwatch, series, statistic):
    """The one value of each series in the minute of the conversation."""
    minute = datetime.datetime.fromtimestamp(PLAYED["minute"], datetime.timezone.utc)
    values, series = {}, list(series)
    for start in range(0, len(series), QUERIES):
        part = series[start : start + QUERIES]
        queries = []
        for number, (metric, dimensions) in enumerate(part):
            named = [{"Name": key, "Value": value} for key, value in dimensions]
            wanted = {"Namespace": PLAYED["namespace"], "MetricName": metric, "Dimensions": named}
            queries.append({"Id": f"q{number}", "MetricStat": {"Metric": wanted, "Period": 60, "Stat": statistic}})
        pages = cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=minute, EndTime=minute + datetime.timedelta(minutes=1)
        )
        for page in pages:
            for result in page["MetricDataResults"]:
                key = part[int(result["Id"][1:])]
                values.setdefault(key, []).extend(result["Values"])
    return values


def percentile_holds(values, share, found):
    """Between the neighbours of the rank: implementations differ in how they step from one value to the next."""
    ordered, place = sorted(values), share / 100 * (len(values) - 1)
    below, above = ordered[max(0, math.floor(place) - 1)], ordered[min(len(ordered) - 1, math.ceil(place) + 1)]
    return below - 1e-9 <= found <= above + 1e-9


def compare(cloudwatch, series):
    exact = {"Sum": sum, "SampleCount": len, "Minimum": min, "Maximum": max}
    for statistic in [*exact, "p50", "p99"]:
        found = read(cloudwatch, series, statistic)
        for key, values in series.items():
            got = found.get(key, [])
            if len(got) != 1:
                check(f"{key} {statistic}: one value", False, got)
            elif statistic in exact:
                want = exact[statistic](values)
                check(f"{key} {statistic}", math.isclose(got[0], want, rel_tol=1e-9, abs_tol=1e-9), (got[0], want))
            else:
                check(f"{key} {statistic}", percentile_holds(values, float(statistic[1:]), got[0]), (got[0], sorted(values)))


def replies(cloudwatch):
    """The totals are those of the replies that the customers got."""
    total = name(ORIGIN)
    turns = [("Turns", total), ("TurnLatency", total)]
    took = [reply["timing"]["total_ms"] for reply in PLAYED["replies"]]
    sums = read(cloudwatch, turns, "Sum")
    check("as many turns as replies", sums[turns[0]] == [len(took)], sums)
    check("they took as long as the replies say", math.isclose(sums[turns[1]][0], sum(took), rel_tol=1e-6), (sums, took))
    tokens = [("InputTokens", total), ("OutputTokens", total)]
    sums = read(cloudwatch, tokens, "Sum")
    for key, field in zip(tokens, ("input_tokens", "output_tokens")):
        used = sum(reply["usage"][field] for reply in PLAYED["replies"])
        check(f"{field}: a model was asked", used > 0, used)
        check(f"{field} of the replies", (sums.get(key) or [0])[0] == used, (sums, used))


def main():
    cloudwatch, series = client(), expected()
    found = listed(cloudwatch)
    check("each series once", len(found) == len(set(found)), found)
    check("no series is missing", set(series) <= set(found), set(series) - set(found))
    check("no series is too many", set(found) <= set(series), set(found) - set(series))
    compare(cloudwatch, series)
    replies(cloudwatch)
    print(f"{len(PLAYED['replies'])} turns, {len(PLAYED['measures'])} measures, {len(series)} series read back, {len(failures)} differences")
    print("\n".join(failures))
    sys.exit(bool(failures))


main()
