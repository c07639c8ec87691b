"""What a fuzzer cannot know of the API: an idempotency key is for one request only, and how CBOR is written and read. Read by
schemathesis, see `.ci/fuzz`."""
import uuid

import cbor2
import schemathesis

KEY = "Idempotency-Key"


@schemathesis.hook
def before_call(context, case, kwargs):
    """A key that is sent again with another body is refused, as it should be; a request that is meant to pass gets a fresh one."""
    if case.headers and KEY in case.headers and case.meta and case.meta.generation.mode.is_positive:
        case.headers[KEY] = str(uuid.uuid4())


@schemathesis.hook
def filter_case(context, case):
    """HTTP lets anybody send headers that are not described: to accept them is no mistake. Two credentials are refused, as they
    should be, though each alone is described."""
    names = {name.lower() for name in case.headers or {}}
    return "x-schemathesis-unknown-property" not in names and not {"authorization", "x-api-key"} <= names


@schemathesis.serializer("application/cbor")
def write_cbor(context, value):
    """A body in CBOR; what JSON has not (bytes, say) goes over the wire as it is."""
    return cbor2.dumps(value)


@schemathesis.deserializer("application/cbor", "application/problem+cbor")
def read_cbor(context, response):
    return cbor2.loads(response.content)
