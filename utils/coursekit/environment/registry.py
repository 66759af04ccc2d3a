"""How set-up reaches a package registry: the one thing that the owner's pip and uv settings decide.

Which packages come in is fixed by the lock and its hashes, and where they go by set-up. Without the
owner's settings for the way there, though, set-up would fail behind a company's mirror or proxy. Kept
are therefore addresses of indexes with their credentials and how they are looked up (keyring, netrc),
hosts to trust, proxies, certificates, timeouts and retries, caches, and for uv where to get a Python
from and whether it may. They are read as the tools themselves read them, variables before files
(``pip.conf``, ``uv.toml``), and handed on as variables; then the files are switched off. If only one
of the two tools knows what stands in the place of PyPI, the other is told. Indexes beside that one are
not passed on: they hold a company's own packages, and uv asks the first index only that has a name.

Needs Python 3.9 and nothing else, because set-up uses it before anything is installed.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
from collections.abc import Mapping

from coursekit.environment import known

#: What of pip's settings is kept, as its files name it.
PIP = (
    *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "keyring-provider"),
    *("proxy", "cert", "client-cert", "timeout", "default-timeout", "retries", "cache-dir"),
    *("no-cache-dir", "disable-pip-version-check", "no-input"),
)
#: What of uv's settings is kept: the key in its files, or none, and the variable.
UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "index-strategy": "UV_INDEX_STRATEGY",
    "keyring-provider": "UV_KEYRING_PROVIDER",
    "allow-insecure-host": "UV_INSECURE_HOST",
    "native-tls": "UV_NATIVE_TLS",
    "system-certs": "UV_SYSTEM_CERTS",
    "offline": "UV_OFFLINE",
    "http-proxy": "HTTP_PROXY",
    "https-proxy": "HTTPS_PROXY",
    "python-install-mirror": "UV_PYTHON_INSTALL_MIRROR",
    "python-downloads": "UV_PYTHON_DOWNLOADS",
    "python-downloads-json-url": "UV_PYTHON_DOWNLOADS_JSON_URL",
    "concurrent-downloads": "UV_CONCURRENT_DOWNLOADS",
    "link-mode": "UV_LINK_MODE",
    "cache-dir": "UV_CACHE_DIR",
}
#: Variables of uv's that no file has.
UV_VARIABLES = re.compile(
    "UV_(INDEX_URL|EXTRA_INDEX_URL|INDEX_[A-Z0-9_]+_(USERNAME|PASSWORD)|HTTP_[A-Z_]+|REQUEST_TIMEOUT"
    "|ASTRAL_MIRROR_URL|CREDENTIALS_DIR|PYTHON_INSTALL_DIR|NO_PROGRESS)"
)
#: Lists are words in these variables; in UV_FIND_LINKS they stand between commas.
_COMMAS = "UV_FIND_LINKS"
#: Run by a Python that has pip: newer ones read TOML themselves, pip brings a reader for the others.
_READ_TOML = """
import json, sys
try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib
print(json.dumps([tomllib.load(open(name, "rb")) for name in sys.argv[1:]]))
"""


class SettingsError(Exception):
    """A file of settings cannot be read; the message names it."""


def environment(python: str, root: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables for pip and uv, their files switched off.

    Args:
        python: one that has pip.
        root: where uv would look for a ``uv.toml`` of the project.
        environ: the owner's environment.
    """
    pip, uv = pip_settings(python, environ), uv_settings(python, root, environ)
    index = uv.get("UV_DEFAULT_INDEX") or uv.get("UV_INDEX_URL")
    if index and "PIP_INDEX_URL" not in pip:
        pip["PIP_INDEX_URL"] = re.sub(r"^[\w-]+=", "", index)  # uv gives an index a name
    elif not index and "PIP_INDEX_URL" in pip:
        uv["UV_DEFAULT_INDEX"] = pip["PIP_INDEX_URL"]
    return {**pip, **uv, "PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1"}


def pip_settings(python: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What pip's files and variables say about the way to a registry, as variables.

    Raises:
        SettingsError: pip cannot read a file of its own.
    """
    asked = {"PIP_CONFIG_FILE", *map(_variable, PIP)}
    theirs = {name: value for name, value in environ.items() if name in asked}
    done = subprocess.run(
        [python, "-m", "pip", "config", "list"],
        env=known.environment(theirs),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SettingsError(f"pip cannot read its own settings: {done.stderr.strip()}")
    sections: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in done.stdout.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in sections and name in PIP:
            sections[section][name] = " ".join(str(ast.literal_eval(value)).split())
    found = {**sections["global"], **sections["install"], **sections[":env:"]}
    return {_variable(name): value for name, value in found.items()}


def uv_settings(python: str, root: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What uv's files and variables say about the way to a registry, as variables.

    Raises:
        SettingsError: a file is not TOML.
    """
    found: dict[str, str] = {}
    if files := [file for file in uv_files(root, environ) if os.path.isfile(file)]:
        done = subprocess.run(
            [python, "-c", _READ_TOML, *files],
            env=known.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise SettingsError(f"uv's settings in {' or '.join(files)} cannot be read: {why}")
        for settings in json.loads(done.stdout):
            found.update(uv_variables(settings))
    named = {*UV.values()}
    kept = {
        name: value
        for name, value in environ.items()
        if name.startswith("UV_") and (name in named or UV_VARIABLES.fullmatch(name))
    }
    return {**found, **kept}


def uv_files(root: str, environ: Mapping[str, str]) -> list[str]:
    """Where uv looks for settings, the last word last."""
    if environ.get("UV_CONFIG_FILE"):
        return [environ["UV_CONFIG_FILE"]]
    home = environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    system = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)
    folders = ["/etc", *reversed(system), home]
    if os.name == "nt":
        folders = [environ.get("PROGRAMDATA", ""), environ.get("APPDATA", "")]
    return [*(os.path.join(f, "uv", "uv.toml") for f in folders), os.path.join(root, "uv.toml")]


def uv_variables(settings: Mapping[str, object]) -> dict[str, str]:
    """The settings of one ``uv.toml``; those of its table ``[pip]`` hold for ``uv pip``."""
    own = settings.get("pip")
    both = {**settings, **(own if isinstance(own, dict) else {})}
    found = {}
    for key, name in UV.items():
        value = both.get(key)
        if isinstance(value, list):
            found[name] = ("," if name == _COMMAS else " ").join(map(str, value))
        elif value is not None:
            found[name] = str(value).lower() if isinstance(value, bool) else str(value)
    indexes = both.get("index")
    for index in indexes if isinstance(indexes, list) else []:
        address = f"{index['name']}={index['url']}" if "name" in index else str(index["url"])
        if index.get("default"):
            found["UV_DEFAULT_INDEX"] = address
        elif not index.get("explicit"):  # those are for packages that say so; ours do not
            found["UV_INDEX"] = " ".join(filter(None, [found.get("UV_INDEX"), address]))
    return found


def _variable(name: str) -> str:
    return f"PIP_{name.upper().replace('-', '_')}"
