"""Exit 0 when the site answers at the address: check_web.py http://127.0.0.1:8000/healthz

The request names the first of ALLOWED_HOSTS, because the site refuses hosts it does not know, loopback included.
"""

import os
import sys
import urllib.request

host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip().lstrip(".")
request = urllib.request.Request(sys.argv[1], headers={"Host": host})  # noqa: S310
with urllib.request.urlopen(request, timeout=4) as response:  # noqa: S310  # nosec B310
    sys.exit(response.status != 200)  # noqa: PLR2004
