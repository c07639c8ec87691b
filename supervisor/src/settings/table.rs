//! The table of all settings: its rows are the documentation that `motorline config` prints.

use std::sync::LazyLock;

use super::{handoff, oversight, places, tracing};

/// One setting, as a person reads about it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Dotted key, as in `motorline.toml`.
    pub key: &'static str,
    /// The value when nobody sets one.
    pub default: &'static str,
    /// What it does, with its unit and its bounds.
    pub meaning: &'static str,
}

pub(super) const fn setting(key: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { key, default, meaning }
}

/// All settings there are.
pub static SETTINGS: LazyLock<Vec<Setting>> =
    LazyLock::new(|| [ROWS, &handoff::ROWS, &oversight::ROWS, &places::ROWS, &tracing::ROWS].concat());

/// All but how people take over, what those who run the product look after it with, and where each agent runs.
const ROWS: &[Setting] = &[
    setting("listen", "127.0.0.1:8080", "Address and port to serve on."),
    setting(
        "identity",
        "demo",
        "Who callers are: `demo` (fictional customers, loopback only), `anonymous` (visitors only), `oidc` (whom the tokens of an OpenID Connect issuer name) or `gateway` (whom the authorizer of the API gateway in front has verified; Lambda only).",
    ),
    setting("oidc.issuer", "", "URL of the issuer, exactly as its tokens name it: https, or http on loopback."),
    setting(
        "oidc.audience",
        "",
        "Whom tokens must be meant for, a list: one of them must be in a token's `aud`, or its `client_id` where it has no `aud` (Cognito).",
    ),
    setting(
        "oidc.jwks",
        "",
        "URL of the issuer's keys. Empty: found by discovery, at ISSUER/.well-known/openid-configuration.",
    ),
    setting(
        "oidc.client_id",
        "",
        "The client as which the web client signs customers in. Empty: it offers no sign-in.",
    ),
    setting("oidc.leeway_s", "60", "Seconds by which the issuer's clock may differ from ours, 0 to 300."),
    setting("oidc.customer_claim", "sub", "The claim of a token that names the customer."),
    setting(
        "oidc.roles_claim",
        "roles",
        "The claim that names the caller's roles, such as `cognito:groups`, a list or one text: customer, operator, vehicle, admin. A token without it is a customer's.",
    ),
    setting(
        "partners",
        "",
        "TOML file of the partners whose systems may call with a key (`motorline partner-key NAME` makes one). Empty: none.",
    ),
    setting(
        "web.socket_url",
        "",
        "Where the web client opens its WebSocket, such as wss://… of an API gateway. Empty: where it came from.",
    ),
    setting("data", "data", "Folder of everything that is written locally."),
    setting(
        "library",
        "folder://knowledge/manuals",
        "Where manuals and articles are read from: `folder://PATH`, or `s3://BUCKET/PREFIX` with its published editions.",
    ),
    setting(
        "edition.shipped",
        "",
        "Folder of an edition of the library that is packaged with the program; served until the newest of `s3://` is there. Empty: none.",
    ),
    setting("edition.refresh_s", "60", "Seconds after which a newer edition in `s3://` is looked for, 1 to 86400."),
    setting(
        "edition.patience_ms",
        "1500",
        "Milliseconds that the first search waits for the newest edition before the shipped one answers, 0 to 10000.",
    ),
    setting(
        "conversations",
        "sqlite://motorline.db",
        "Where conversations are kept: `sqlite://FILE` (a relative path is inside `data`), `dynamodb://PREFIX` (tables PREFIX-sessions, PREFIX-conversations) or `s3://BUCKET/PREFIX`.",
    ),
    setting(
        "customers",
        "sqlite://motorline.db",
        "Where customers are kept: `sqlite://FILE` or `dynamodb://PREFIX` (table PREFIX-customers).",
    ),
    setting(
        "service_desk",
        "sqlite://motorline.db",
        "The service desk with its dealers and appointments: `sqlite://FILE`, or `dynamodb://PREFIX` (table PREFIX-customers).",
    ),
    setting(
        "vehicles",
        "simulator://motorline.db",
        "The cars: `simulator://FILE` (simulated, their state kept in a file) or `dynamodb://PREFIX` (their shadows in table PREFIX-customers).",
    ),
    setting(
        "offers",
        "sqlite://motorline.db",
        "What was offered to whom: `sqlite://FILE` or `dynamodb://PREFIX` (table PREFIX-customers).",
    ),
    setting(
        "handoffs",
        "sqlite://motorline.db",
        "The queue of people: `sqlite://FILE` or `dynamodb://PREFIX` (table PREFIX-sessions).",
    ),
    setting("retention.days", "90", "Days after which conversations in `dynamodb://` are forgotten, 1 to 3650."),
    setting(
        "overflow",
        "",
        "`s3://BUCKET` for records that are too large for an item of `dynamodb://`. Empty: such a turn is refused.",
    ),
    setting(
        "model.fast",
        "offline://",
        "Models for everyday replies, a list in order of failover, behind whose end stands the built-in answerer: `offline://` (that one), `bedrock://INFERENCE-PROFILE` (id or ARN; `?stream=off`, `?model=…`, `?bare=allowed`) or `openai://MODEL` (`?base=URL` for another server that speaks OpenAI's protocol, called without a key; `?price=free` for one of your own).",
    ),
    setting("model.capable", "offline://", "Models for delicate replies; as `model.fast`."),
    setting(
        "model.analysis",
        "",
        "Models that help to understand what a customer wants and feels, where `intent.ask_model` and `sentiment.ask_model` say so; as `model.fast`. Empty: those of `model.fast`.",
    ),
    setting(
        "model.opinion_ms",
        "2000",
        "Milliseconds that `model.analysis` is waited for, and at most half of the deadline, before the built-in classifier stands alone, 100 to 25000.",
    ),
    setting(
        "model.retries",
        "1",
        "How often a call of a model that failed before its first words is tried again, 0 to 3.",
    ),
    setting(
        "model.first_word_ms",
        "2500",
        "Milliseconds that a model may take until its first words before the next one is asked, 100 to 25000.",
    ),
    setting(
        "model.stall_ms",
        "2000",
        "Milliseconds that a model may be silent once it speaks before its answer is cut and replaced, 100 to 25000.",
    ),
    setting(
        "model.hedge_after_ms",
        "",
        "Milliseconds without a first word after which a second request is sent, the quicker one of which is used, 10 to 25000. Empty: never.",
    ),
    setting("model.hedge_percent", "5", "Second requests for at most so many of a hundred calls, 1 to 100."),
    setting(
        "reply.ask_model",
        "always",
        "When `model.fast` and `model.capable` write a reply: `always`, or `unsure` (only where the built-in answerer does not find a full answer).",
    ),
    setting(
        "intent.ask_model",
        "never",
        "When `model.analysis` is asked what a customer wants: `never`, `unsure` (where the built-in classifier is) or `always`.",
    ),
    setting(
        "sentiment.ask_model",
        "never",
        "When `model.analysis` is asked how a customer feels; as `intent.ask_model`.",
    ),
    setting("openai.url", "https://api.openai.com/v1", "Address of the API that `openai://` calls, with its version."),
    setting(
        "openai.key",
        "",
        "Where the key of that API is found: `env:NAME` or `file:PATH`, never the key itself. Empty: none is sent.",
    ),
    setting("budget.turn_usd", "", "US dollars that the models of one turn may cost, 0 to 1000000. Empty: no bound."),
    setting("budget.session_usd", "", "US dollars that the models of one session may cost. Empty: no bound."),
    setting("budget.day_usd", "", "US dollars that all models may cost in one day (UTC). Empty: no bound."),
    setting(
        "budget.store",
        "memory://",
        "Where it is kept what models have cost: `memory://` (this process, until it ends), `sqlite://FILE` or `dynamodb://PREFIX` (table PREFIX-sessions).",
    ),
    setting(
        "experiment.name",
        "",
        "Name of a comparison of models on live sessions, recorded with each turn. Empty: none runs.",
    ),
    setting(
        "experiment.percent",
        "50",
        "How many of a hundred sessions are treated, 1 to 99. A session keeps its arm.",
    ),
    setting("experiment.fast", "", "Models for everyday replies in treated sessions; as `model.fast`."),
    setting(
        "experiment.capable",
        "",
        "Models for delicate replies in treated sessions. Empty: those of `experiment.fast`.",
    ),
    setting("reply.max_output_tokens", "150", "Longest generation, in tokens, 16 to 4096."),
    setting("reply.temperature", "0.3", "Sampling temperature, 0 to 1."),
    setting("turn.deadline_ms", "5000", "Milliseconds after which a reply is due, 100 to 29000."),
    setting(
        "turn.lease_ms",
        "",
        "Milliseconds after which an unfinished turn may be taken over, more than the deadline. Empty: twice the deadline.",
    ),
    setting(
        "stream.grace_ms",
        "2000",
        "Milliseconds that a streamed turn goes on for a client who has gone, before its reply is broken off, 0 to 60000.",
    ),
    setting("turn.history", "6", "Past exchanges that a turn sees, 0 to 50."),
    setting(
        "turn.record_answers",
        "yes",
        "Whether a turn's record keeps what vendors' models answered word for word, for `motorline replay`: `yes` or `no`.",
    ),
    setting(
        "socket.store",
        "memory://",
        "Where tickets for sockets, and on AWS the open connections, are kept: `memory://` (this process) or `dynamodb://PREFIX` (table PREFIX-sessions).",
    ),
    setting(
        "socket.endpoint",
        "",
        "Where the Lambda function of the WebSocket API posts its messages: the address of the API with its stage. Empty: as each event tells; an API with a domain name of its own must be named.",
    ),
    setting("deployment", "local", "What this deployment is called in its metrics, such as dev or production."),
    setting("aws.region", "", "Region of AWS. Empty: as the AWS SDK finds it (environment, profile, instance)."),
    setting(
        "aws.roots",
        "",
        "PEM file of the certificate authorities that AWS is trusted by. Empty: those of the system, whose reading takes longer than everything else at start.",
    ),
    setting(
        "lambda.response",
        "buffered",
        "How a Lambda function hands its reply over: `buffered`, or `stream` where the gateway expects that.",
    ),
    setting(
        "limits.turns_per_minute",
        "",
        "Turns a minute of one known caller, a quarter of them at once; ten times as many other requests. Empty: 60, or off with the identity `demo`. `off`: no limit.",
    ),
    setting(
        "limits.address_per_minute",
        "",
        "Turns a minute of all visitors of one address (IPv6: one /64); ten times as many requests of everybody there. Empty: 240, or off with `demo`.",
    ),
    setting("limits.session_at_once", "", "Turns at once in one session. Empty: 8, or off with `demo`."),
    setting(
        "limits.identity_at_once",
        "",
        "Turns at once of one known caller, or of all visitors of one address. Empty: 32, or off with `demo`.",
    ),
    setting("limits.turns_at_once", "2048", "Turns at once of everybody, 1 to 100000."),
    setting("limits.connections", "10000", "Connections that the server holds open, 1 to 1000000 (and as many files)."),
    setting(
        "limits.address_connections",
        "",
        "Connections of one address, except this machine and trusted proxies. Empty: 256, or off with `demo`.",
    ),
    setting(
        "limits.trusted_proxies",
        "",
        "Addresses and networks of proxies, separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed. Empty: none.",
    ),
    setting(
        "shutdown.grace_s",
        "30",
        "Seconds that requests and turns under way may still take when the server ends, 0 to 900.",
    ),
    setting(
        "web.origins",
        "",
        "Origins whose pages may call the API and open sockets, separated by commas, such as https://www.example.com. Empty: our own only.",
    ),
    setting(
        "web.connect",
        "",
        "Further origins that our pages may connect to, such as the token endpoint of an issuer that has it elsewhere (Cognito). Empty: the issuer and the socket only.",
    ),
    setting(
        "log.level",
        "info",
        "What is logged: error, warn, info, debug or trace. Calls of language models (target `audit`) always are.",
    ),
    setting("log.format", "text", "How it is logged: `text` or `json`."),
];
