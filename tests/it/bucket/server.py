"""An object store in memory: moto, behind a door that verifies the signature of every address as AWS describes it.

Prints its port. Keeps a log of the requests for GET /log. Writes nothing between POST /ill and POST /well. Ends when its standard input does.
"""
import hashlib, hmac, json, logging, os, re, sys, threading
from urllib.parse import parse_qsl, quote

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

LOGIN = {"AKIATEST": "SECRETTEST"}
logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
store = DomainDispatcherApplication(create_backend_app)
log = []
ill = False


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def encode(text):
    return quote(text, safe="-_.~")


def signature(environ, query, secret):
    scope = query["X-Amz-Credential"].split("/", 1)[1]
    pairs = sorted((encode(k), encode(v)) for k, v in query.items() if k != "X-Amz-Signature")
    header = lambda name: environ.get("HTTP_" + name.upper().replace("-", "_")) or environ.get(name.upper().replace("-", "_"), "")
    names = query["X-Amz-SignedHeaders"].split(";")
    sent = [k[5:].lower().replace("_", "-") for k in environ if k.startswith("HTTP_X_AMZ_")]
    if missing := [name for name in sent if name not in names]:
        return f"not signed: {missing}"
    canonical = "\n".join(
        [environ["REQUEST_METHOD"], environ["RAW_URI"].split("?")[0], "&".join(f"{k}={v}" for k, v in pairs)]
        + [f"{name}:{re.sub(' +', ' ', header(name).strip())}" for name in names]
        + ["", ";".join(names), "UNSIGNED-PAYLOAD"]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", query["X-Amz-Date"], scope, digest])
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = mac(key, part)
    return mac(key, text).hex()


def door(environ, start):
    environ["RAW_URI"] = environ.get("RAW_URI") or environ["REQUEST_URI"]
    path = environ["RAW_URI"].split("?")[0]
    if path == "/log":
        told = json.dumps(log).encode()
        start("200 OK", [("content-type", "application/json"), ("content-length", str(len(told)))])
        log.clear()
        return [told]
    if path in ("/ill", "/well"):
        global ill
        ill = path == "/ill"
        start("200 OK", [("content-length", "0")])
        return [b""]
    query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
    if "X-Amz-Signature" in query:
        log.append([environ["REQUEST_METHOD"], path])
        secret = LOGIN.get(query["X-Amz-Credential"].split("/")[0], "")
        if signature(environ, query, secret) != query["X-Amz-Signature"]:
            start("403 Forbidden", [("content-type", "application/xml")])
            return [b"<Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.</Message></Error>"]
        if ill and environ["REQUEST_METHOD"] == "PUT" and "probe" not in path:
            environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            start("503 Slow Down", [("content-type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"]
    else:  # The test itself, which may do everything.
        environ["HTTP_AUTHORIZATION"] = "AWS4-HMAC-SHA256 Credential=AKIATEST/20260302/us-east-1/s3/aws4_request"
    return store(environ, start)


server = make_server("127.0.0.1", 0, door, threaded=True)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
