"""What an installation that only its own machine reaches needs no setting for."""

import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def own_secret_key(folder: Path) -> str:
    """The key kept in the data folder, made at random the first time; readable by its owner only.

    Raises ImproperlyConfigured with a sentence when the folder cannot be written.
    """
    path = folder / "secret_key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fresh = path.with_name(f"secret_key.{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(50))
            try:
                path.hardlink_to(fresh)  # The first of several processes wins; the others read its key.
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {folder} cannot be written ({error.strerror}). Set DATA_DIR to one that can."
        ) from error
