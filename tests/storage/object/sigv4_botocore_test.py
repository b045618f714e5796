"""Our signatures against botocore's, on random requests."""

import datetime
import hashlib
import json
import random
import subprocess
import unittest
from unittest import mock
from urllib.parse import quote

from harness import paths

try:
    import botocore.auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    botocore = None

SUITE = "signing"
REQUESTS = 4000
HOST = "s3.example.net:9000"
UNUSUAL = [" ", "+", "%", "%2F", "//", "/./", "/../", ".", "~", "é", "ሴ", "😀", "&", "=", "?", "#", ";",
           "'", '"', "<", "*", "$", "@", ":", ",", "!", "(", ")", "[", "\\", "^", "|", "`", "{"]


def random_text(rng, pieces):
    return "".join(rng.choice(UNUSUAL) if rng.random() < 0.4 else
                   "".join(rng.choices("abcXYZ019-_", k=rng.randint(1, 6)))
                   for _ in range(rng.randint(1, pieces)))


def random_request(rng):
    at = datetime.datetime(2000, 1, 1) + datetime.timedelta(seconds=rng.randrange(10**9))
    request = {
        "method": rng.choice(["GET", "PUT", "HEAD", "DELETE", "POST"]),
        "path": "/hls/" + random_text(rng, 8),
        "query": list({random_text(rng, 2): random_text(rng, 3) if rng.random() < 0.8 else ""
                       for _ in range(rng.randint(0, 4))}.items()),
        "headers": [["Host", HOST]],
        "payload_hash": rng.choice(["UNSIGNED-PAYLOAD", hashlib.sha256(rng.randbytes(9)).hexdigest()]),
        "access_key": "AK" + random_text(rng, 1),
        "secret_key": random_text(rng, 5),
        "token": random_text(rng, 5) if rng.random() < 0.3 else "",
        "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    for name in rng.sample(["Content-Type", "Cache-Control", "Range", "x-amz-meta-a", "X-Amz-Acl"],
                           rng.randint(0, 3)):
        request["headers"].append([name, rng.choice(["a  b", " x ", "bytes=0-9", '"q   r"', "é"])])
    if rng.random() < 0.4:
        request["expires"] = rng.randint(1, 604800)
        request["payload_hash"] = "UNSIGNED-PAYLOAD"
        request["headers"] = [["Host", HOST]]
    else:
        request["headers"].append(["X-Amz-Content-Sha256", request["payload_hash"]])
    return request


def encoded(request):
    """The query as a client writes it: each part percent-encoded."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
                    for name, value in request["query"])


def botocore_answer(request):
    """botocore's strings for the same request; its clock is set to the request's time."""
    url = f"http://{HOST}{quote(request['path'], safe='/-_.~')}"
    if request["query"]:
        url += "?" + encoded(request)
    aws = AWSRequest(method=request["method"], url=url)
    for name, value in request["headers"]:
        if name.lower() != "x-amz-content-sha256":
            aws.headers[name] = value
    # what its S3 signer takes the payload's hash from, so that any hash can be asked for
    aws.headers["X-Amz-Content-SHA256"] = request["payload_hash"]
    credentials = Credentials(request["access_key"], request["secret_key"], request["token"] or None)
    if "expires" in request:
        del aws.headers["X-Amz-Content-SHA256"]
        signer = botocore.auth.S3SigV4QueryAuth(credentials, "s3", "eu-central-1", expires=request["expires"])
    else:
        signer = botocore.auth.S3SigV4Auth(credentials, "s3", "eu-central-1")
        signer.payload = lambda _: request["payload_hash"]
    seen = {}

    def keep(name):
        inner = getattr(signer, name)

        def wrapped(*arguments):
            seen[name] = inner(*arguments)
            return seen[name]
        setattr(signer, name, wrapped)
    for name in ("canonical_request", "string_to_sign", "signature"):
        keep(name)
    at = datetime.datetime.strptime(request["at"], "%Y-%m-%dT%H:%M:%SZ")
    with mock.patch("botocore.auth.datetime") as clock:
        clock.datetime.utcnow.return_value = at
        signer.add_auth(aws)
    return seen, aws


@unittest.skipIf(botocore is None, "botocore is not installed: tools/setup --test")
class SigV4AgainstBotocore(unittest.TestCase):
    def test_random_requests_are_signed_alike(self):
        rng = random.Random(20130524)
        requests = [random_request(rng) for _ in range(REQUESTS)]
        lines = "".join(json.dumps(request) + "\n" for request in requests)
        program = paths.build() / "tests/storage/object/sign_lines"
        done = subprocess.run([program], input=lines, stdout=subprocess.PIPE, text=True, check=True)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(answers), REQUESTS)
        presigned = 0
        for request, ours in zip(requests, answers):
            theirs, aws = botocore_answer(request)
            self.assertEqual(set(theirs), set(ours) - {"query"})
            for name, value in theirs.items():
                self.assertEqual(ours[name], value, f"{name} of {request}")
            if "expires" in request:
                presigned += 1
                self.assertEqual(sorted(ours["query"].split("&")),
                                 sorted(aws.url.split("?", 1)[1].split("&")))
        self.assertGreater(presigned, REQUESTS // 4)


if __name__ == "__main__":
    unittest.main()
