"""The function behind a WebSocket API: its events are played, and what it posts to the sockets is written down by a double of
API Gateway's @connections."""
import http.server
import json
import threading
import time
import urllib.parse

from emulated import RUN, Function, check, event, records, table

#: The largest message that is posted, in bytes.
LARGEST = 28 * 1024
#: More than a turn takes, less than its lease.
SLOW = {"first_token_ms": 1500, "tokens_per_second": 40}
QUICK = {"first_token_ms": 0, "tokens_per_second": 0, "quotes": 1, "text": None}


class Gateway:
    """The @connections API of one stage. Sockets in `gone` have been left; the next posts are refused as often as `throttled`."""

    def __init__(self):
        self.posts, self.deleted, self.gone, self.throttled = [], [], set(), 0
        gateway = self

        class Answers(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                connection = urllib.parse.unquote(self.path.rsplit("/", 1)[1])
                body = self.rfile.read(int(self.headers["content-length"]))
                if connection in gateway.gone:
                    return self.answer(410, "")
                if gateway.throttled:
                    gateway.throttled -= 1
                    return self.answer(429, "LimitExceededException")
                gateway.posts.append((connection, body))
                self.answer(200, "")

            def do_DELETE(self):
                gateway.deleted.append(urllib.parse.unquote(self.path.rsplit("/", 1)[1]))
                self.answer(204, "")

            def answer(self, status, kind):
                self.send_response(status)
                self.send_header("x-amzn-errortype", kind)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}/prod"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def heard(self, client):
        """What a client was sent, oldest first; parts joined, as a client does."""
        heard, parts = [], []
        for connection, body in list(self.posts):
            if connection != client.connection:
                continue
            message = json.loads(body)
            if message["type"] == "part":
                parts.append(message["data"])
                if message["part"] < message["parts"]:
                    continue
                message, parts = json.loads("".join(parts)), []
            heard.append(message)
        return heard


class Client:
    """Whoever is at the other end of one connection."""

    def __init__(self, function, gateway, name):
        self.function, self.gateway, self.name = function, gateway, name
        self.connection = f"{RUN}-{name}="

    def invoke(self, kind, **changes):
        return json.loads(self.function.invoke(event(kind, self.name) | changes))["statusCode"]

    def connect(self, ticket=None, headers={}):
        sent = event("connect", self.name)
        every = {name: [value] for name, value in sent["headers"].items()} | {name: [*values] for name, values in headers.items()}
        changes = {"headers": {name: values[-1] for name, values in every.items()}, "multiValueHeaders": every}
        if ticket:
            changes |= {"queryStringParameters": {"ticket": ticket}, "multiValueQueryStringParameters": {"ticket": [ticket]}}
        return self.invoke("connect", **changes)

    def say(self, text):
        return self.invoke("message", body=text if isinstance(text, str) else json.dumps(text))

    def turn(self, key, text="What tyre pressure does my car need?", **fields):
        """Takes a turn and returns what was said since."""
        before = len(self.heard())
        session = f"{RUN}-{self.name}"
        status = self.say({"type": "turn", "key": f"{RUN}-{key}", "session_id": session, "text": text} | fields)
        check(f"{key}: the event is done with", status == 200, status)
        return self.heard()[before:]

    def heard(self):
        return self.gateway.heard(self)

    def known(self):
        return table("sessions").get_item(Key={"pk": f"CONN#{self.connection}", "sk": "META"}).get("Item")


def checks(model, read):
    gateway = Gateway()
    settings = {"socket_endpoint": gateway.endpoint, "stream_grace_ms": "300", "web_origins": "https://www.example.com"}
    with Function("motorline-turns") as doors, Function("motorline-socket", **settings) as function:
        ada = Client(function, gateway, "ada")
        entrance(doors, ada, read, Client(function, gateway, "visitor"))
        conversation(ada, gateway, model)
        misunderstandings(ada)
        leaving(Client(function, gateway, "leaver"), gateway, model)
        with Function("motorline-socket", **settings) as other:
            elsewhere(Client(function, gateway, "slow"), Client(other, gateway, "other"), model)
        check("a closed socket is forgotten", ada.invoke("disconnect") == 200 and ada.known() is None, ada.known())
        largest = max(len(body) for _, body in gateway.posts)
        check("every message is small enough for the gateway", largest <= LARGEST, largest)
        check("who is not known is sent away", ada.say({"type": "ping"}) == 200 and gateway.deleted == [ada.connection], gateway.deleted)


def entrance(doors, ada, read, visitor):
    status, body, headers = read(doors.invoke(event("ticket", "ada")))
    given = json.loads(body)
    check("a ticket is given", status == 201 and given.get("expires_in_s") == 60 and len(given["ticket"]) == 64, body)
    check("and kept by nobody on the way", headers.get("cache-control") == "no-store", headers)
    kept = table("sessions").scan()["Items"]
    check("only its hash is kept", given["ticket"] not in json.dumps(kept, default=str), "it lies in the table")
    nobody = event("ticket", "nobody")
    nobody["requestContext"]["authorizer"] = None
    check("a visitor gets no ticket", read(doors.invoke(nobody))[0] == 401)
    check("a ticket opens a socket", ada.connect(given["ticket"]) == 200)
    check("as the customer whom it was given to", ada.known() and ada.known()["caller"] == {"customer": "ada"}, ada.known())
    check("a ticket opens one socket", visitor.connect(given["ticket"]) == 401)
    check("another word opens none", visitor.connect("0" * 64) == 401)
    check("an unverified credential opens none", visitor.connect(headers={"Authorization": ["Bearer demo-ada"]}) == 401)
    check("nor do two", visitor.connect(headers={"Authorization": ["Bearer demo-ada", "Bearer demo-ben"]}) == 400)
    check("the page of a stranger opens none", visitor.connect(headers={"Origin": ["https://evil.example"]}) == 403)
    check("whom it keeps out is not remembered", visitor.known() is None, visitor.known())
    check("a visitor needs nothing", visitor.connect() == 200 and visitor.known()["caller"] == "anonymous", visitor.known())
    check("nothing is posted to a socket that is not open yet", visitor.heard() == [] == ada.heard(), ada.heard())


def conversation(ada, gateway, model):
    model.turn(quotes=4, first_token_ms=200, tokens_per_second=120)
    gateway.throttled = 2
    told = ada.turn("talk")
    kinds = [message["type"] for message in told]
    check("reports, words, and the end at last", kinds[-1] == "closed" and {"report", "delta"} <= set(kinds[:-1]), kinds)
    numbers = [message["seq"] for message in told]
    check("in order, also when throttled", numbers == sorted(set(numbers)) and all(m["key"] == f"{RUN}-talk" for m in told), numbers)
    closed = told[-1]["data"]
    words = "".join(message["data"]["text"] for message in told if message["type"] == "delta")
    check("the words of the reply", words.strip() == closed["reply"].strip(), (words, closed["reply"]))
    found = records(closed["session_id"])
    check("stored once, as answered, as whom came in", len(found) == 1 and found[0][1]["reply"]["text"] == closed["reply"]
          and found[0][1]["turn"]["caller"] == {"customer": "ada"}, found)
    model.turn(**QUICK)
    again = ada.turn("talk", last_seq=numbers[-2])
    check("the same turn again: its stored end", [(m["type"], m["data"]) for m in again] == [("closed", closed)], again)
    other = ada.turn("talk", text="Something else?")
    check("the same key with other words", [(m["type"], m["data"]["status"]) for m in other] == [("error", 422)], other)
    model.turn(quotes=8)
    burst = ada.turn("burst", text="How do I charge my car at home?")
    deltas = [m for m in burst if m["type"] == "delta"]
    said = records(burst[-1]["data"]["session_id"])[-1][1]["reply"]["text"]
    check("words that come together go out together", len(deltas) < said.count(". "), (len(deltas), said))
    model.turn(**QUICK)


def misunderstandings(ada):
    def answered(text, **changes):
        before = len(ada.heard())
        ada.invoke("message", body=text, **changes)
        return ada.heard()[before:]

    check("a ping", answered('{"type":"ping"}') == [{"type": "pong"}])
    for text, status in (("nonsense", 400), ("[]", 422), ('{"type":"shout"}', 422), ("", 400), ('{"message":"hi"}', 422)):
        answer = answered(text)
        problem = answer[0] if len(answer) == 1 else {}
        check(f"{text!r}: a problem", problem.get("type") == "error" and problem["data"]["status"] == status and "key" not in problem, answer)
    binary = answered("AAEC", isBase64Encoded=True)
    check("a binary message: a problem", [m["data"]["status"] for m in binary] == [415], binary)
    bad = answered('{"type":"turn","key":"bad","text":""}')
    check("a bad turn: a problem of the turn", [(m["key"], m["data"]["field"]) for m in bad] == [("bad", "text")], bad)


def leaving(leaver, gateway, model):
    check("a visitor comes in", leaver.connect() == 200)
    gateway.gone.add(leaver.connection)
    model.turn(text=None, quotes=8, first_token_ms=3000)
    began = time.monotonic()
    status = leaver.say({"type": "turn", "key": f"{RUN}-left", "session_id": f"{RUN}-left", "text": "What does P0301 mean?"})
    took = time.monotonic() - began
    check("a client that left is noticed, and the model is not waited for", status == 200 and took < 2.5, (status, took))
    check("its connection is forgotten", leaver.known() is None, leaver.known())
    found = records(f"{RUN}-left")
    outcomes = {report["agent"]: report["outcome"] for _, record in found for report in record["reports"]}
    check("its turn is stored all the same", len(found) == 1 and "abandoned" in json.dumps(outcomes.get("response")), outcomes)
    gateway.gone.clear()
    model.turn(**QUICK)


def elsewhere(slow, other, model):
    """A client that lost its connection is back before its turn is closed, and meets another process."""
    check("a visitor comes in twice", (slow.connect(), other.connect()) == (200, 200))
    model.turn(**SLOW)
    fields = {"session_id": f"{RUN}-slow", "text": "What does P0301 mean?"}
    turn = threading.Thread(target=lambda: slow.turn("slow", **fields))
    turn.start()
    time.sleep(0.8)
    pending = other.turn("slow", **fields)
    check("in progress elsewhere: when to come back", [(m["type"], m["data"]["status"]) for m in pending] == [("error", 409)]
          and 1 <= pending[0]["data"]["retry_after_s"] <= 2, pending)
    turn.join()
    closed = other.turn("slow", **fields)
    check("closed elsewhere: its end", [m["type"] for m in closed] == ["closed"] and closed[0]["data"] == slow.heard()[-1]["data"], closed)
    model.turn(**QUICK)
