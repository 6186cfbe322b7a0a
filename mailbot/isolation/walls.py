"""What may a child process still do once it is about to touch an applicant's bytes?"""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import mailbot
import parsers

_MIB = 1 << 20

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2

#: Denied system calls by name and number; what a parser of files never needs and a break-in wants.
_DENIED = {
    "x86_64": {
        "socket": 41, "connect": 42, "accept": 43, "bind": 49, "listen": 50, "socketpair": 53, "fork": 57, "vfork": 58,
        "execve": 59, "kill": 62, "ptrace": 101, "rt_sigqueueinfo": 129, "pivot_root": 155, "chroot": 161,
        "mount": 165, "umount2": 166, "init_module": 175, "keyctl": 250, "add_key": 248, "request_key": 249,
        "kexec_load": 246, "unshare": 272, "accept4": 288, "perf_event_open": 298, "name_to_handle_at": 303,
        "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311,
        "finit_module": 313, "kexec_file_load": 320, "bpf": 321, "execveat": 322, "userfaultfd": 323,
        "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
        "move_mount": 429, "fsopen": 430, "pidfd_open": 434, "pidfd_getfd": 438, "mount_setattr": 442,
    },
    "aarch64": {
        "chroot": 51, "unshare": 97, "kexec_load": 104, "init_module": 105, "ptrace": 117, "kill": 129,
        "rt_sigqueueinfo": 138, "umount2": 39, "mount": 40, "pivot_root": 41, "socket": 198, "socketpair": 199,
        "bind": 200, "listen": 201, "accept": 202, "connect": 203, "add_key": 217, "request_key": 218, "keyctl": 219,
        "execve": 221, "perf_event_open": 241, "accept4": 242, "name_to_handle_at": 264, "open_by_handle_at": 265,
        "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "finit_module": 273, "bpf": 280,
        "execveat": 281, "userfaultfd": 282, "kexec_file_load": 294, "pidfd_send_signal": 424,
        "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "move_mount": 429, "fsopen": 430,
        "pidfd_open": 434, "pidfd_getfd": 438, "mount_setattr": 442,
    },
}  # fmt: skip
_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_CLONE_THREAD = 0x00010000
_RUNS_PROGRAMS = {"execve", "execveat", "fork", "vfork", "kill"}

_LANDLOCK = {"create_ruleset": 444, "add_rule": 445, "restrict_self": 446}
_ACCESS_EXECUTE, _ACCESS_WRITE_FILE, _ACCESS_READ_FILE, _ACCESS_READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
#: File rights known to each version of Landlock: 13 at first, then REFER, TRUNCATE, (network), IOCTL_DEV.
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}


@dataclass(frozen=True)
class Walls:
    """The limits of one child. None: not limited."""

    address_space: int | None = 1024 * _MIB  #: all that is mapped; too strict for inference engines
    data: int | None = None  #: heap and private maps; for inference engines, which reserve address space
    cpu_seconds: int | None = 15
    file_bytes: int = 64 * _MIB  #: the longest file that it can write
    open_files: int = 64
    may_run_programs: bool = False  #: tesseract is a program of its own
    may_start_threads: bool = False
    writable: tuple[str, ...] = ()  #: folders in which it may make files
    readable: tuple[str, ...] = ()  #: folders that it may read besides Python, libraries, fonts and models


def raise_walls(walls: Walls) -> tuple[str, ...]:
    """Locks this very process in, for good; the names of the walls that stand.

    Resource limits always; Landlock and seccomp where the kernel has them.
    """
    names = [_limits(walls)]
    if sys.platform != "linux":
        return tuple(names)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        names.append("no_new_privs")
    if _landlock(libc, walls):
        names.append("landlock")
    if _seccomp(libc, walls):
        names.append("seccomp")
    return tuple(names)


def _limits(walls: Walls) -> str:
    def limit(kind: int, value: int | None) -> None:
        if value is not None:
            _, hard = resource.getrlimit(kind)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))

    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_AS, walls.address_space)
    limit(resource.RLIMIT_DATA, walls.data)
    limit(resource.RLIMIT_CPU, walls.cpu_seconds)
    limit(resource.RLIMIT_FSIZE, walls.file_bytes)
    limit(resource.RLIMIT_NOFILE, walls.open_files)
    # Root is not bound by this one, and as another user it would count that user's other processes: zero means none.
    if not walls.may_start_threads and not walls.may_run_programs and os.geteuid() != 0:
        limit(resource.RLIMIT_NPROC, 0)
    return "rlimits"


# -- Landlock -----------------------------------------------------------------------------------------------------


def landlock_version() -> int:
    """The kernel's Landlock ABI; 0 where there is none."""
    if sys.platform != "linux" or platform.machine() not in _ARCH:
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(_LANDLOCK["create_ruleset"], None, ctypes.c_size_t(0), ctypes.c_uint32(1))))


def _landlock(libc: ctypes.CDLL, walls: Walls) -> bool:
    version = landlock_version()
    if version == 0:
        return False
    handled = _RIGHTS[min(version, max(_RIGHTS))]
    # From version 4 on the second number forbids TCP bind and connect too.
    rules = struct.pack("=QQ", handled, 0b11) if version >= 4 else struct.pack("=Q", handled)
    ruleset = libc.syscall(_LANDLOCK["create_ruleset"], rules, ctypes.c_size_t(len(rules)), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    read = _ACCESS_READ_FILE | _ACCESS_READ_DIR | (_ACCESS_EXECUTE if walls.may_run_programs else 0)
    for path in (*readable_places(), *map(Path, walls.readable)):
        _allow(libc, ruleset, path, read)
    if walls.may_run_programs:
        # A program is started with its input from here, opened for both.
        _allow(libc, ruleset, Path(os.devnull), _ACCESS_READ_FILE | _ACCESS_WRITE_FILE)
    for folder in walls.writable:
        _allow(libc, ruleset, Path(folder), handled & ~_ACCESS_EXECUTE)
    stands = libc.syscall(_LANDLOCK["restrict_self"], ruleset, ctypes.c_uint32(0)) == 0
    os.close(ruleset)
    return bool(stands)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this machine
    if not path.is_dir():
        rights &= _ACCESS_READ_FILE | _ACCESS_WRITE_FILE | _ACCESS_EXECUTE
    rule = struct.pack("=Qi", rights, place)  # packed, as the kernel's structure is
    libc.syscall(_LANDLOCK["add_rule"], ruleset, ctypes.c_int(1), rule, ctypes.c_uint32(0))
    os.close(place)


def readable_places() -> Iterable[Path]:
    """Python, its packages, shared libraries, fonts and models, which lazy imports need; nothing of the office's."""
    paths = {Path(sys.prefix), Path(sys.base_prefix)} | {Path(p) for p in sysconfig.get_paths().values()}
    # In a checkout data and settings may lie beside the packages, so only these; an editable install has no path entry.
    own = {Path(path).resolve() for package in (mailbot, parsers) for path in package.__path__}
    beside = {path.parent for path in own}
    paths |= own | {Path(entry) for entry in filter(None, sys.path) if Path(entry).resolve() not in beside}
    system = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share", "/etc/fonts", "/etc/ld.so.cache", "/usr/bin")
    kernel = ("/proc/cpuinfo", "/proc/meminfo", "/proc/self", "/sys/devices/system", "/dev/null", "/dev/urandom")
    home = Path.home()
    return sorted(path for path in paths if path not in (Path("/"), home)) + [Path(p) for p in (*system, *kernel)]


# -- seccomp ------------------------------------------------------------------------------------------------------


def _seccomp(libc: ctypes.CDLL, walls: Walls) -> bool:
    machine = platform.machine()
    if machine not in _ARCH:
        return False
    program = _filter(machine, walls)
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, head, 0, 0) == 0)


def _filter(machine: str, walls: Walls) -> bytes:
    """A BPF program: another architecture's calls kill, denied ones answer EPERM, the rest is allowed."""
    allow, eperm, enosys, kill = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
    load, jump_equal, jump_at_least, jump_set, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    numbers = [n for name, n in _DENIED[machine].items() if not (walls.may_run_programs and name in _RUNS_PROGRAMS)]

    def op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    steps = [op(load, 4), op(jump_equal, _ARCH[machine], 1, 0), op(answer, kill), op(load, 0)]
    if machine == "x86_64":
        steps += [op(jump_at_least, 0x40000000, 0, 1), op(answer, eperm)]  # the x32 doors to the same calls
    for number in numbers:
        steps += [op(jump_equal, number, 0, 1), op(answer, eperm)]
    if not walls.may_run_programs:
        # glibc falls back to clone, whose flags a filter can see: threads may be, processes not.
        steps += [op(jump_equal, _CLONE3, 0, 1), op(answer, enosys)]
        steps += [op(jump_equal, _CLONE[machine], 0, 3), op(load, 16), op(jump_set, _CLONE_THREAD, 1, 0)]
        steps += [op(answer, eperm)]
    return b"".join([*steps, op(answer, allow)])
