"""What installing the packages does not do: ``python -m coursekit.environment.install``.

Writes the kernelspec ``python3`` with the switches that kernels need, and the setting that has every
kernel run ``kernel`` at its start; a ``.pth`` line that applies the telemetry switches in every Python
process of this environment, so that they also hold for ``mlflow``, ``dvc`` or ``evidently`` typed at
a terminal; a page configuration with which JupyterLab does not ask whether it may fetch news, and
the setting that has the Validate button judge as the grader does. Run by ``utils/bootstrap.py``.
"""

from __future__ import annotations

import json
import sys
import sysconfig
from pathlib import Path

from coursekit.environment import kernel, known, switches

PTH_NAME = "coursekit_switches.pth"
#: The one kernel of the course, as its notebooks and this environment know it.
KERNEL_NAME, DISPLAY_NAME = "python3", "Python 3 (ipykernel)"
#: The Jupyter server extension behind the Validate button.
VALIDATE_BUTTON = "grader.cycle.validate_button"


def kernelspec_path() -> Path:
    """Where the kernelspec of this environment stands."""
    return Path(sys.prefix) / "share" / "jupyter" / "kernels" / KERNEL_NAME / "kernel.json"


def kernel_environment() -> dict[str, str]:
    """What a kernel finds in its environment, whatever the program that starts it has in its own."""
    return {**switches.KERNEL, **known.own_folders()}


def write_kernelspec() -> None:
    """Give the kernel of this environment every switch of the course."""
    path = kernelspec_path()
    spec = {
        "argv": [
            sys.executable,
            "-Xfrozen_modules=off",
            "-m",
            "ipykernel_launcher",
            "-f",
            "{connection_file}",
            # Or each kernel warns, in the terminal, that its loopback connection is not encrypted.
            "--log-level=ERROR",
        ],
        "display_name": DISPLAY_NAME,
        "language": "python",
        "metadata": {"debugger": True},
        "env": kernel_environment(),
    }
    _write(path, json.dumps(spec, indent=1) + "\n")


def write_ipython_config() -> None:
    """Have each kernel of this environment run the course's extension."""
    path = Path(sys.prefix) / "etc" / "ipython" / "ipython_kernel_config.json"
    config = {"InteractiveShellApp": {"extensions": [kernel.__name__]}}
    _write(path, json.dumps(config, indent=1) + "\n")


def make_folders() -> None:
    """IPython wants the folder of its settings to be there."""
    Path(known.own_folders()["IPYTHONDIR"]).mkdir(parents=True, exist_ok=True)


def write_pth() -> None:
    """Apply the telemetry switches whenever this environment's Python starts."""
    site_packages = Path(sysconfig.get_path("purelib"))
    _write(site_packages / PTH_NAME, "import coursekit.environment.switches\n")


def write_page_config() -> None:
    """Switch JupyterLab's announcements off: they are fetched from the network."""
    path = Path(sys.prefix) / "etc" / "jupyter" / "labconfig" / "page_config.json"
    config = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    _write(path, json.dumps(config, indent=1) + "\n")


def write_server_extension() -> None:
    """Have each Jupyter server of this environment load what is behind the Validate button."""
    folder = Path(sys.prefix) / "etc" / "jupyter" / "jupyter_server_config.d"
    config = {"ServerApp": {"jpserver_extensions": {VALIDATE_BUTTON: True}}}
    _write(folder / "course.json", json.dumps(config, indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    """Put a file of this environment in place of what may stand there.

    Never write into the file that is there: uv links the files of a package from its cache, so
    that it may be the same file in every environment of the machine.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    make_folders()
    write_kernelspec()
    write_ipython_config()
    write_pth()
    write_page_config()
    write_server_extension()
