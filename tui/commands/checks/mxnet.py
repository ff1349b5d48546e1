"""MXNet, and what is imported with it: in a process of its own, whose end is only a line here."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence

from tui.commands.checks.gpu import devices
from tui.commands.checks.line import Line
from tui.runs.libraries import Library, LibraryName, read_libraries

PATIENCE = 80.0
"""Seconds. An import takes two on an idle machine with a disk of its own."""

COMMAND = (sys.executable, "-m", "tui.engine", "libraries")

INSTALL: dict[LibraryName, str] = {
    "NumPy": "Install it anew, with the versions that go together: pip install gluon-thaw",
    "MXNet": "Install it anew: pip install mxnet==1.9.1",
    "GluonCV": "Install it anew: pip install gluoncv==0.10.5",
    "OpenCV": "pip install 'gluon-thaw[centernet]'",
}

TOLD_FEATURES = {
    "MKLDNN": "oneDNN",
    "ONEDNN": "oneDNN",
    "OPENMP": "OpenMP",
    "LAPACK": "LAPACK",
    "DIST_KVSTORE": "several machines",
    "CUDNN": "cuDNN",
    "NCCL": "NCCL",
}


def check(command: Sequence[str] = COMMAND, patience: float = PATIENCE) -> Iterator[Line]:
    """Each library, and what MXNet was built with."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience,
            check=False,
        )
        output, errors, code = done.stdout, done.stderr, done.returncode
    except subprocess.TimeoutExpired as error:
        output, errors, code = error.stdout or b"", error.stderr or b"", None
    found, trying = read_libraries(output)
    for library in found:
        yield from of_library(library)
    if trying or code != 0:
        yield broken_off(trying or ("MXNet" if found else "NumPy"), code, errors, patience)


def of_library(library: Library) -> Iterator[Line]:
    """The line of one library; of MXNet also what it was built with."""
    if library.name == "OpenCV":
        yield of_opencv(library)
        return
    if library.problem:
        yield Line(library.name, "fail", library.problem, advice_on(library.name, library.problem))
        return
    build = f" ({library.build})" if library.build.lower() != library.name.lower() else ""
    yield Line(library.name, "ok", f"{library.version}{build}")
    if library.name == "MXNet":
        told = dict.fromkeys(
            word for feature, word in TOLD_FEATURES.items() if feature in library.features
        )
        yield Line("MXNet build", "ok", ", ".join(told) or "none of the features that thaw uses")
        names, driver = devices()
        yield of_cuda(library, len(names), driver)


def of_opencv(library: Library) -> Line:
    """OpenCV, which two families alone need."""
    whom = "only CenterNet and SimplePose need it"
    if library.problem == "not installed":
        return Line("OpenCV", "warn", f"not installed; {whom}", INSTALL["OpenCV"])
    if "libGL" in library.problem:
        return Line(
            "OpenCV",
            "warn",
            f"{library.build or 'opencv-python'} wants a desktop's libGL; {whom}",
            f"pip uninstall -y {library.build.replace(',', '')}; {INSTALL['OpenCV']}",
        )
    if library.problem:
        return Line("OpenCV", "warn", f"{library.problem}; {whom}", INSTALL["OpenCV"])
    kind = "headless" if "headless" in library.build else library.build
    return Line("OpenCV", "ok", f"{library.version}, {kind}; {whom}")


def of_cuda(mxnet: Library, gpus: int, driver: str) -> Line:
    """Whether MXNet can use the GPUs that the driver shows."""
    if "CUDA" not in mxnet.features:
        if not gpus:
            return Line("CUDA", "ok", "not in this build of MXNet, and no GPU to use it")
        return Line(
            "CUDA",
            "warn",
            f"not in this build of MXNet, so {gpus} GPU{'s' * (gpus > 1)} here cannot be used",
            "pip uninstall -y mxnet; pip install mxnet-cu112==1.9.1 (CUDA 11.2)",
        )
    found = re.search(r"cu(\d+)(\d)$", mxnet.build)
    version = f" {found[1]}.{found[2]}" if found else ""
    if mxnet.gpus:
        return Line("CUDA", "ok", f"built with CUDA{version}; MXNet sees {mxnet.gpus}")
    if not gpus:
        return Line(
            "CUDA",
            "warn",
            f"built with CUDA{version}, and no GPU is there",
            "Nothing to do on a machine without one; else see the driver's line.",
        )
    newest = f" (this one takes CUDA up to {driver})" if driver else ""
    return Line(
        "CUDA",
        "fail",
        f"built with CUDA{version}, and MXNet sees none of {gpus} GPUs",
        f"The driver must take that CUDA{newest}, and CUDA_VISIBLE_DEVICES must name a GPU.",
    )


def advice_on(name: LibraryName, problem: str) -> str:
    """What to do about a library that cannot be imported."""
    if re.search(r"lib(cu|nccl|nv)\w*\.so", problem):
        return (
            "This build wants CUDA's libraries: install the CUDA that its name says, or the "
            "build without: pip uninstall -y mxnet-cu112; pip install mxnet==1.9.1"
        )
    if found := re.search(r"(lib\w+)\.so[.\d]*", problem):
        return f"The system lacks {found[0]}: install the package that has {found[1]} (Debian: apt)"
    if "distutils" in problem:
        return "pip install 'setuptools<81', which brings distutils to Python 3.12"
    return INSTALL[name]


def broken_off(name: LibraryName, code: int | None, errors: bytes, patience: float) -> Line:
    """The process ended while it imported a library, or before it said that it was done."""
    if code is None:
        return Line(
            name,
            "fail",
            f"its import was not done after {patience:.0f} s",
            "Try again; a home folder on a slow network disk is often why.",
        )
    if code < 0:
        try:
            how = signal.Signals(-code).name
        except ValueError:
            how = f"signal {-code}"
        why = f"its import was ended by {how}"
        if how == "SIGILL":
            return Line(
                name,
                "fail",
                f"{why}: this processor lacks instructions that the build uses",
                "Run thaw on another machine; MXNet 1.9.1 wants AVX.",
            )
        return Line(name, "fail", why, INSTALL[name])
    last = errors.decode("utf-8", "replace").strip().splitlines()
    problem = last[-1].strip() if last else f"its import ended with exit code {code}"
    return Line(name, "fail", problem, advice_on(name, problem))
