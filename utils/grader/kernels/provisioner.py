"""Warm kernels for every program that uses jupyter_client: nbclient, nbval, nbgrader's Validate.

pyproject.toml registers `ForkProvisioner` under the name "forked". It is for trusted notebooks:
its kernels have no sandbox. Where no fork is to be had, kernels start as they always do.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from traitlets import Unicode, default

if TYPE_CHECKING:
    from grader.kernels.forked import ForkServer

PROVISIONER = "forked"
#: Environment variable with the path of the fork server's control socket.
CONTROL = "COURSE_FORK_SERVER"
#: jupyter_client's own environment variable for the provisioner of kernels that name none.
DEFAULT = "JUPYTER_DEFAULT_PROVISIONER_NAME"
#: What lessons use beside what labs do.
LESSONS = (
    "coursekit.authoring.notebooks",
    "coursekit.authoring.outline",
    "mlflow.sklearn",
    "mlflow.pyfunc",
    "mlflow.store.tracking.sqlalchemy_store",
    "churn.registry.packaging",
    "churn.registry.promotion",
    "deltalake",
)
#: What lessons on the feature store and on the pipeline import besides, by a name in their text; it
#: takes a cold kernel seconds.
FOR_SOME = {
    "feast": ("feast",),
    "churn.pipeline": (
        "feast",
        "churn.pipeline.jobs.feature_tables",
        "churn.pipeline.jobs.monitor",
        "churn.pipeline.jobs.retrain",
    ),
}

_log = logging.getLogger(__name__)


def fork_environment(fork_server: ForkServer) -> dict[str, str]:
    """What to add to a program's environment so that its kernels are forks of `fork_server`."""
    return {CONTROL: str(fork_server.control), DEFAULT: PROVISIONER}


def available() -> bool:
    """Whether the kernels of this process can be forks.

    The libraries of macOS do not survive a fork, and Windows has none. An environment that was set
    up before this provisioner existed does not know it.
    """
    if sys.platform != "linux":
        return False
    return PROVISIONER in KernelProvisionerFactory.instance().get_provisioner_entries()


def start_fork_server(more: Sequence[str] = ()) -> ForkServer | None:
    """A running parent for the kernels of trusted notebooks; None, and a warning, without one.

    Args:
        more: modules to import besides those that most lessons use, see :data:`FOR_SOME`.
    """
    if not available():
        return None
    # This module is imported where that one cannot be: it needs Linux.
    from grader.exceptions import ForkError
    from grader.kernels.forked import PRELOAD, ForkServer

    try:
        return ForkServer(preload=(*PRELOAD, *LESSONS, *more), sandboxed=False).start()
    except (ForkError, OSError) as error:
        _log.warning("Notebooks take some seconds more each, with cold kernels. %s", error)
        return None


@contextmanager
def kernels_of(fork_server: ForkServer) -> Iterator[None]:
    """The kernels that this process starts inside the statement are forks of `fork_server`."""
    factory = KernelProvisionerFactory.instance()
    usual, outer = factory.default_provisioner_name, os.environ.get(CONTROL)
    # Not by DEFAULT: the factory reads it once, before the first kernel of the process.
    factory.default_provisioner_name = PROVISIONER
    os.environ[CONTROL] = str(fork_server.control)
    try:
        yield
    finally:
        factory.default_provisioner_name = usual
        del os.environ[CONTROL]
        if outer is not None:
            os.environ[CONTROL] = outer


class ForkProvisioner(LocalProvisioner):
    """Asks a fork server for a fork; starts the kernel as its base class does where there is none."""

    control = Unicode(help="The fork server's control socket; default: from the environment")

    process: Any = None  # a Popen, or a ForkedProcess, which is used like one
    forked = False

    @default("control")
    def _control_default(self) -> str:
        return os.environ.get(CONTROL, "")

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        manager: Any = self.parent
        if self._wanted() and manager.transport == "tcp":
            # Programs that start kernels at the same time can be given the same TCP port.
            manager.transport = "ipc"
            manager.ip = str(Path(self.control).with_name(str(self.kernel_id)[:8]))
        return await super().pre_launch(**kwargs)

    def _finalize_env(self, env: dict[str, str]) -> None:
        super()._finalize_env(env)
        # A program that runs in a notebook has inherited the number of that kernel's parent.
        env.pop("JPY_PARENT_PID", None)
        # The kernels that a notebook starts, by papermill say, are forks of the same parent.
        env |= {CONTROL: self.control, DEFAULT: PROVISIONER} if self._wanted() else {}

    def _wanted(self) -> bool:
        """Whether there is a fork server and the notebook asks for its environment and language."""
        python = Path(self.kernel_spec.argv[0])
        here = not python.is_absolute() or python.parent == Path(sys.executable).parent
        return bool(self.control) and here and "ipykernel_launcher" in self.kernel_spec.argv

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        self.forked = False
        if not self._wanted():
            return await super().launch_kernel(cmd, **kwargs)
        from grader.exceptions import ForkError
        from grader.kernels.forked import ForkedProcess

        manager: Any = self.parent
        self.cwd = Path(kwargs.get("cwd") or Path.cwd())
        request = {
            "connection_file": os.path.abspath(manager.connection_file),
            "cwd": str(self.cwd),
            "env": kwargs["env"],
            "binds": [],
            "limits": {},
            "sandboxed": False,
        }
        try:
            self.process = ForkedProcess(self.control, request)
        except ForkError as error:
            self.log.warning("%s. This kernel starts cold, which takes some seconds more.", error)
            return await super().launch_kernel(cmd, **kwargs)
        self.forked = True
        self.pid = self.process.pid
        self.pgid = await self._group()
        return self.connection_info

    async def _group(self) -> int | None:
        """The process group of the kernel: signals go to all in it, as with a cold kernel."""
        try:
            first = psutil.Process(self.process.pid)
            while await self.poll() is None:
                if kernels := first.children():
                    return kernels[0].pid
                await asyncio.sleep(0.002)
        except psutil.NoSuchProcess:
            pass
        return None

    async def wait(self) -> int | None:
        if not self.forked:
            return await super().wait()
        while (code := await self.poll()) is None:
            await asyncio.sleep(0.01)
        self.process = None
        return code

    async def cleanup(self, restart: bool = False) -> None:
        await super().cleanup(restart)
        if self.forked and self.process is not None:
            self.process.close()
            self.process = None
