"""Warm kernels for every program that uses jupyter_client: nbclient, nbval, nbgrader's Validate.

With `warm_environment` in its environment, a program's kernels are forks of a zygote without a
sandbox; the program itself needs no change.
"""

from __future__ import annotations

import asyncio
import os
from importlib.metadata import EntryPoint
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerBase, KernelProvisionerFactory
from traitlets import Unicode

from coursekit.grading.warm import WarmProcess, Zygote

PROVISIONER = "warm-fork"
#: Environment variable with the path of the zygote's control socket.
CONTROL = "COURSE_ZYGOTE"


def warm_environment(zygote: Zygote) -> dict[str, str]:
    """What to add to a program's environment so that its kernels are forks of `zygote`."""
    return {CONTROL: str(zygote.control), "JUPYTER_DEFAULT_PROVISIONER_NAME": PROVISIONER}


def register() -> None:
    """Make the provisioner known to jupyter_client in this process, installed or not."""
    KernelProvisionerFactory.instance().provisioners[PROVISIONER] = EntryPoint(
        PROVISIONER, f"{__name__}:WarmProvisioner", KernelProvisionerFactory.GROUP_NAME
    )


class WarmProvisioner(KernelProvisionerBase):
    """Starts a kernel by asking a zygote for a fork. For trusted notebooks: there is no sandbox."""

    control = Unicode(help="The zygote's control socket; default: from the environment")

    process: WarmProcess | None = None

    @property
    def has_process(self) -> bool:
        return self.process is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.pop("extra_arguments", None)
        manager: Any = self.parent
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        manager: Any = self.parent
        request = {
            "connection_file": os.path.abspath(manager.connection_file),
            "cwd": str(kwargs.get("cwd") or os.getcwd()),
            "env": dict(kwargs["env"]),
            "binds": [],
            "limits": {},
            "sandboxed": False,
        }
        self.process = WarmProcess(self.control or os.environ[CONTROL], request)
        return self.connection_info

    async def poll(self) -> int | None:
        return self.process.poll() if self.process is not None else 0

    async def wait(self) -> int | None:
        while (code := await self.poll()) is None:
            await asyncio.sleep(0.005)
        self.process = None
        return code

    async def send_signal(self, signum: int) -> None:
        if self.process is not None:
            self.process.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        if self.process is not None:
            self.process.kill()

    async def terminate(self, restart: bool = False) -> None:
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        if self.process is not None:
            self.process.close()
            self.process = None
