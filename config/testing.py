"""Settings of the tests: the product's, in a demo's clothes, with a data folder of their own."""

import os
import tempfile

os.environ.setdefault("DEMO", "1")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="fieldlight-tests-"))
os.environ.setdefault("LOG_LEVEL", "WARNING")

from config.settings import *  # noqa: F403

# Hashed names need collectstatic; cheap hashing makes users quickly.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if DATABASES["default"]["ENGINE"].endswith("postgresql"):  # noqa: F405
    # No test pulls the plug, and waiting for the disk takes longer than the tests.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"  # noqa: F405
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - WhiteNoise warns about a missing folder
