"""What of the owner's settings for pip and uv set-up goes by: the way to a registry."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from coursekit import paths
from coursekit.environment import registry

ROOT = paths.course_root()
TOOL = ROOT / ".uv" / "bin" / "python"
pytestmark = pytest.mark.skipif(
    not TOOL.exists() and not os.environ.get("CI"), reason="set-up made no .uv here: it was conda"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An owner's home and a checkout beside it."""
    for name in ("home/.config/pip", "home/.config/uv", "checkout"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path / "home"


def owners(home: Path, **more: str) -> dict[str, str]:
    """The environment of an owner who has nothing set but this."""
    return {"HOME": str(home), "PATH": os.environ["PATH"], "XDG_CONFIG_DIRS": str(home), **more}


def settings(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    # pip is asked in a child that has this process's home.
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith(("PIP_", "UV_", "XDG_")):
                patch.delenv(name)
        for name, value in environ.items():
            patch.setenv(name, value)
        return registry.environment(str(TOOL), str(home.parent / "checkout"), os.environ)


MIRROR = "https://reader:pass%20word@mirror.example/simple"


def test_pips_file_counts_for_the_way_and_not_for_the_goal(home: Path) -> None:
    (home / ".config/pip/pip.conf").write_text(
        f"[global]\nindex-url = {MIRROR}\nextra-index-url = https://more.example\ntrusted-host = mirror.example\n    other.example\n"
        "require-virtualenv = true\nconstraint = /elsewhere.txt\n"
        "[install]\nuser = true\ntarget = /elsewhere\nno-binary = :all:\n"
    )
    found = settings(home, owners(home, PIP_PREFIX="/elsewhere", PIP_RETRIES="9"))
    wanted = {
        "PIP_INDEX_URL": MIRROR,
        "PIP_EXTRA_INDEX_URL": "https://more.example",
        "PIP_TRUSTED_HOST": "mirror.example other.example",
        "PIP_RETRIES": "9",
        "PIP_CONFIG_FILE": os.devnull,
        "UV_DEFAULT_INDEX": MIRROR,
        "UV_NO_CONFIG": "1",
    }
    # The machine may have a file of its own beside the owner's.
    machine = {"PIP_CERT", "PIP_FIND_LINKS"}
    assert {k: v for k, v in found.items() if k not in machine} == wanted


def test_uvs_file_counts_for_the_way_and_not_for_the_goal(home: Path) -> None:
    (home / ".config/uv/uv.toml").write_text(
        'python-install-mirror = "https://mirror.example/python"\nlink-mode = "copy"\n'
        'required-version = "<0.1"\nnative-tls = true\nallow-insecure-host = ["a.example", "b.example"]\n'
        f'[[index]]\nname = "company"\nurl = "{MIRROR}"\ndefault = true\n'
        '[[index]]\nurl = "https://more.example"\n'
        '[[index]]\nname = "gpu"\nurl = "https://gpu.example"\nexplicit = true\n'
        '[pip]\nsystem = true\ntarget = "/elsewhere"\nkeyring-provider = "subprocess"\n'
    )
    mine = {"UV_INDEX_COMPANY_PASSWORD": "s", "UV_TARGET": "/elsewhere", "UV_LINK_MODE": "hardlink"}
    found = settings(home, owners(home, **mine))
    assert {name: value for name, value in found.items() if name.startswith("UV_")} == {
        "UV_DEFAULT_INDEX": f"company={MIRROR}",
        "UV_INDEX": "https://more.example",
        "UV_INDEX_COMPANY_PASSWORD": "s",
        "UV_INSECURE_HOST": "a.example b.example",
        "UV_KEYRING_PROVIDER": "subprocess",
        "UV_LINK_MODE": "hardlink",
        "UV_NATIVE_TLS": "true",
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_INSTALL_MIRROR": "https://mirror.example/python",
    }
    assert found["PIP_INDEX_URL"] == MIRROR


def test_an_index_beside_pypi_is_not_passed_on(home: Path) -> None:
    # uv takes a package from the first index that has one of its name, in whatever version.
    (home / ".config/pip/pip.conf").write_text("[global]\nextra-index-url = https://more.example\n")
    found = settings(home, owners(home))
    assert found["PIP_EXTRA_INDEX_URL"].split()[-1] == "https://more.example"
    assert not {name for name in found if name.startswith("UV_")} - {"UV_NO_CONFIG"}


def test_the_checkouts_file_has_the_last_word_and_a_named_one_the_only(home: Path) -> None:
    checkout, named = home.parent / "checkout/uv.toml", home / "named.toml"
    (home / ".config/uv/uv.toml").write_text('index-url = "https://home.example"\n')
    checkout.write_text('index-url = "https://checkout.example"\n')
    named.write_text('cache-dir = "/cache"\n')
    assert settings(home, owners(home))["UV_DEFAULT_INDEX"] == "https://checkout.example"
    only = registry.uv_settings(str(TOOL), str(checkout.parent), {"UV_CONFIG_FILE": str(named)})
    assert only == {"UV_CACHE_DIR": "/cache"}


@pytest.mark.parametrize("file", ["pip/pip.conf", "uv/uv.toml"])
def test_a_file_that_cannot_be_read_is_named(home: Path, file: str) -> None:
    (home / ".config" / file).write_text("= not\n[a file of settings\n")
    with pytest.raises(registry.SettingsError, match=file):
        settings(home, owners(home))


def tiny_wheel(folder: Path) -> Path:
    """A distribution of one module."""
    wheel = folder / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        info = "tiny-1.dist-info"
        archive.writestr("tiny.py", "")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")  # fmt: skip
        archive.writestr(f"{info}/RECORD", "")
    return wheel


@pytest.mark.needs("posix")
def test_set_up_installs_into_its_environment_whatever_the_owner_has_set(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real uv, as bootstrap calls it, with a wheel that is on the disk."""
    bootstrap = the_script()
    elsewhere, venv = home / "elsewhere", home.parent / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    toml = f'[pip]\ntarget = "{elsewhere}"\nsystem = true\nprefix = "{elsewhere}"\n'
    (home / ".config/uv/uv.toml").write_text('required-version = "<0.1"\n' + toml)
    hostile = owners(home, UV_TARGET=str(elsewhere), UV_SYSTEM_PYTHON="1", UV_PREFIX=str(elsewhere))
    hostile |= {"UV_PROJECT": "/", "UV_PYTHON": "3.9", "UV_DRY_RUN": "1", "PYTHONPATH": str(home)}
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(bootstrap, "PYTHON", venv / "bin" / "python")
    into = ["--python", str(bootstrap.PYTHON), "--no-deps", "--offline"]
    bootstrap._uv("installing", "pip", "install", *into, str(tiny_wheel(home)), shown=True)
    assert len([*venv.rglob("tiny.py")]) == 1
    assert not elsewhere.exists()


@pytest.mark.needs("posix")
def test_pip_hears_nothing_but_the_way_to_a_registry(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap = the_script()
    (home / ".config/pip/pip.conf").write_text("[install]\nuser = true\nretries = 7\n")
    for name, value in owners(home, PIP_TARGET="/elsewhere", PIP_REQUIRE_VENV="1").items():
        monkeypatch.setenv(name, value)
    heard = home / "heard"
    code = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'pip', 'config', 'list'], stdout=open(sys.argv[1], 'w'))"
    bootstrap._run("asking", [str(TOOL), "-c", code, str(heard)], bootstrap.way_to_registry())
    names = {line.partition("=")[0] for line in heard.read_text().splitlines()}
    assert ":env:.retries" in names
    assert {name.rpartition(".")[2] for name in names} <= {*registry.PIP, "config-file"}
    assert all(name.startswith(":env:") for name in names)


def the_script() -> ModuleType:
    """utils/bootstrap.py as a module of its own."""
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "utils" / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
