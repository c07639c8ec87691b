# The commands of daily work. `just` lists them.

default:
    @just --list

# Serve everything on http://127.0.0.1:8080.
run *ARGS:
    cargo run --release -- {{ARGS}}

# Every test that needs no network and no service.
test:
    cargo test --workspace

# What a change must pass before it lands.
ci:
    bash .ci/run

# Format, then lint.
tidy:
    cargo fmt --all
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# The gate before a release: everything measured, compared with tests/eval/baseline.json, a page in target/evaluation.html.
eval *ARGS:
    bash .ci/eval {{ARGS}}

# The web chat in a real browser.
browser:
    cargo build --release
    bash .ci/browser

# A car that loses its connection.
car:
    cargo build --release
    bash .ci/car

# The API, by a fuzzer that knows its description.
fuzz:
    cargo build --release
    bash .ci/fuzz

# Tokens of an issuer that others wrote.
identity:
    cargo build --release
    bash .ci/identity

# A thousand clients at once, with and without ones that misbehave.
crowd:
    bash .ci/crowd

# Everything of AWS: adapters against real services, functions under Amazon's emulator.
aws:
    bash .ci/aws

# How soon the Lambda functions start and answer, beside Node and Python.
cold-start:
    bash .ci/cold-start

# Kill a server 200 times on every store.
crash:
    bash .ci/crash

# The bill of a month on AWS, line by line: `just cost 10000 --profile production`.
cost TURNS *ARGS:
    cargo run --release --quiet -- --set log.level=error cost --turns-per-day {{TURNS}} {{ARGS}}

# What each fault of a vendor does to turns, on virtual time.
outage:
    cargo run -p system-tests --quiet --example outage

# A real language model on this machine (fetches 1.1 GB once).
llm:
    bash .ci/llm
