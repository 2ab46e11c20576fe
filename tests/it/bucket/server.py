"""An object store in memory: moto, behind a door that verifies the signature of every address as AWS describes it.

Prints its port. Keeps a log of the requests for GET /log. Between POST /ill and POST /well it refuses to write, or
what POST /ill/METHODS/STATUS/CODE says; the probe and the listing are spared unless PROBE or LIST
is among the methods. Ends when its standard input does.
"""
import hashlib, hmac, json, logging, os, re, sys, threading
from urllib.parse import parse_qsl, quote

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

LOGIN = {"AKIATEST": "SECRETTEST"}
logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
store = DomainDispatcherApplication(create_backend_app)
log = []
ill = None


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
    global ill
    environ["RAW_URI"] = environ.get("RAW_URI") or environ["REQUEST_URI"]
    if environ["RAW_URI"].startswith("http://"):  # it is asked as a proxy
        environ["RAW_URI"] = "/" + environ["RAW_URI"].split("/", 3)[3]
    path = environ["RAW_URI"].split("?")[0]
    if path == "/log":
        told = json.dumps(log).encode()
        start("200 OK", [("content-type", "application/json"), ("content-length", str(len(told)))])
        log.clear()
        return [told]
    if path in ("/ill", "/well"):
        ill = (["PUT"], "503 Slow Down", "SlowDown") if path == "/ill" else None
        start("200 OK", [("content-length", "0")])
        return [b""]
    if path.startswith("/ill/"):
        methods, status, code = path.split("/")[2:]
        ill = (methods.split(","), f"{status} Refused", code)
        start("200 OK", [("content-length", "0")])
        return [b""]
    query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
    if "X-Amz-Signature" in query:
        log.append([environ["REQUEST_METHOD"], path])
        secret = LOGIN.get(query["X-Amz-Credential"].split("/")[0], "")
        if signature(environ, query, secret) != query["X-Amz-Signature"]:
            start("403 Forbidden", [("content-type", "application/xml")])
            return [b"<Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.</Message></Error>"]
        spared = "probe" in path and "PROBE" not in ill[0] or "list-type" in query and "LIST" not in ill[0] if ill else True
        if not spared and environ["REQUEST_METHOD"] in ill[0]:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start(ill[1], [("content-type", "application/xml")])
            body = f"<Error><Code>{ill[2]}</Code><Message>The key AKIATEST with SECRETTEST.</Message><Region>eu-north-1</Region></Error>"
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body.encode()]
    else:  # The test itself, which may do everything.
        environ["HTTP_AUTHORIZATION"] = "AWS4-HMAC-SHA256 Credential=AKIATEST/20260302/us-east-1/s3/aws4_request"
    return store(environ, start)


server = make_server("127.0.0.1", 0, door, threaded=True)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
