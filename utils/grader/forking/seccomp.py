"""A filter for system calls that no notebook needs and that open ways around a sandbox.

It forbids new namespaces (in a user namespace of its own, code can reach parts of the system that
otherwise only root can), looking into other processes, kernel facilities that were often attacked,
and memory that belongs to no process and so would be counted for none.

It imports nothing of the course, so that it can run as a script with nothing of a learner's in its
path: `python -I -S seccomp.py PROGRAM ARGUMENTS…` runs a program under the filter.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

# System call numbers, from the kernel's unistd headers: on x86-64, on AArch64.
_COLUMN = {"x86_64": 0, "aarch64": 1}
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_FORBIDDEN = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "open_by_handle_at": (304, 265),
}
# Programs that find these missing do without; a filter cannot look at the flags of clone3.
_MISSING = {
    "clone3": (435, 435),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "landlock_create_ruleset": (444, 444),
}
_CLONE = (56, 220)
# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
_NAMESPACES = 0x00020000 | 0x7E000000
# What a socket holds back is memory of no process: it keeps the size that the system gave it. Who
# wants to change that is told that it was done, as a system with low limits does.
_SET_OPTION = (54, 208)
_SOCKET_LEVEL, _SEND_BUFFER, _RECEIVE_BUFFER = 1, 7, 8
_FIRST_OF_X32 = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENT_AT = 0, 4, 16
_SECOND_AT, _THIRD_AT = 24, 32
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2


def available() -> bool:
    """Whether the system call numbers of this machine are known."""
    return sys.platform == "linux" and platform.machine() in _COLUMN


def program(machine: str) -> bytes:
    """The filter in classic BPF, whose jumps count the instructions that they leave out."""
    column = _COLUMN[machine]
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, _ARCHITECTURE[machine]),
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _FIRST_OF_X32),
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
    ]
    for calls, number in ((_FORBIDDEN, errno.EPERM), (_MISSING, errno.ENOSYS)):
        for call in calls.values():
            code += [(_EQUAL, 0, 1, call[column]), (_RETURN, 0, 0, _ERROR | number)]
    code += [
        (_EQUAL, 0, 7, _SET_OPTION[column]),
        (_LOAD, 0, 0, _SECOND_AT),
        (_EQUAL, 0, 4, _SOCKET_LEVEL),
        (_LOAD, 0, 0, _THIRD_AT),
        (_EQUAL, 1, 0, _SEND_BUFFER),
        (_EQUAL, 0, 1, _RECEIVE_BUFFER),
        (_RETURN, 0, 0, _ERROR),
        (_RETURN, 0, 0, _ALLOW),
        (_EQUAL, 0, 3, _CLONE[column]),
        (_LOAD, 0, 0, _ARGUMENT_AT),
        (_ANY_BIT, 0, 1, _NAMESPACES),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def install() -> None:
    """Put this process and all that it starts under the filter, for good.

    Raises:
        OSError: the system has no such filters.
    """
    code = program(platform.machine())
    buffer = ctypes.create_string_buffer(code, len(code))
    whole = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    unused = ctypes.c_ulong(0)
    for option, *arguments in (
        (_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), unused),
        (_PR_SET_SECCOMP, ctypes.c_ulong(_FILTER), ctypes.create_string_buffer(whole, len(whole))),
    ):
        if libc.prctl(option, *arguments, unused, unused) != 0:
            raise OSError(ctypes.get_errno(), "no filter for system calls can be installed")


if __name__ == "__main__":
    install()
    os.execvp(sys.argv[1], sys.argv[1:])
