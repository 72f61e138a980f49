"""Signs and proves requests as the provider's own library does. One JSON object a line, in and out.

`random N`: writes N random requests with their signatures.
`prove`: reads requests with signatures, writes whether each is right.
"""

import json
import random
import sys

from twilio.request_validator import RequestValidator

LETTERS = "abcXYZ019 +&=%#?/\\:;,.@'\"\u00e9\u00df\u4e2d\U0001f4df~-_*!()[]{}|\t"


def text(rng, most):
    return "".join(rng.choice(LETTERS) for _ in range(rng.randrange(most)))


def request(rng):
    host = rng.choice(["https://pager.example.edu", "https://pager.example.edu:8443", "https://example.edu/below/it"])
    path = rng.choice(["/hooks/twilio/sms", "/hooks/twilio/status?page=p-1&attempt=r1.0.ada%26co.sms.1", "/hooks/twilio/status?a=%20&b=+"])
    form = {text(rng, 8) or "Body": text(rng, 40) for _ in range(rng.randrange(12))}
    token = text(rng, 40).encode("ascii", "ignore").decode() or "token"
    return {"public": host, "path": path, "form": form, "token": token}


def main():
    if sys.argv[1] == "random":
        rng = random.Random(20261122)
        for _ in range(int(sys.argv[2])):
            one = request(rng)
            one["signature"] = RequestValidator(one["token"]).compute_signature(one["public"] + one["path"], one["form"])
            print(json.dumps(one))
    else:
        for line in sys.stdin:
            one = json.loads(line)
            address = one["public"] + one["path"]
            print(json.dumps(RequestValidator(one["token"]).validate(address, one["form"], one["signature"])))


main()
