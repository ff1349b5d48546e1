"""MXNet as the doctor sees it: what a process tells, and what becomes of one that is ended."""

from __future__ import annotations

import sys

import pytest

from tui.commands.checks.line import Line
from tui.commands.checks.mxnet import check, of_cuda, of_opencv
from tui.runs.libraries import Library, read_libraries

TELLS = """
import os, signal, sys, time
print('{"type":"Trying","name":"NumPy"}')
print('{"type":"Library","name":"NumPy","version":"1.23.5","build":"numpy"}')
print('[00:00:00] src/base.cc: something that C++ has to say')
print('{"type":"Trying","name":"MXNet"}', flush=True)
"""


def lines_of(script: str, patience: float = 30) -> dict[str, Line]:
    return {line.name: line for line in check([sys.executable, "-c", script], patience)}


def test_what_is_installed_here() -> None:
    lines = {line.name: line for line in check()}
    assert [line for line in lines.values() if line.verdict == "fail"] == []
    assert lines["MXNet"].said == "1.9.1"
    assert lines["GluonCV"].said == "0.10.5"
    assert "oneDNN" in lines["MXNet build"].said
    assert lines["CUDA"].verdict == "ok"
    assert "headless" in lines["OpenCV"].said


@pytest.mark.parametrize(
    ("end", "says", "advises"),
    [
        ("os.kill(os.getpid(), signal.SIGILL)", "ended by SIGILL", "another machine"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "ended by SIGSEGV", "pip install mxnet==1.9.1"),
        ("os._exit(3)", "exit code 3", "pip install mxnet==1.9.1"),
        ("raise OSError('libgomp.so.1: cannot open')", "OSError: libgomp", "lacks libgomp.so.1"),
    ],
)
def test_a_process_that_is_ended_is_one_line(end: str, says: str, advises: str) -> None:
    lines = lines_of(f"{TELLS}\n{end}")
    assert lines["NumPy"].verdict == "ok"
    assert lines["MXNet"].verdict == "fail"
    assert says in lines["MXNet"].said
    assert "\n" not in lines["MXNet"].said
    assert advises in lines["MXNet"].advice


def test_one_that_hangs_is_given_up() -> None:
    line = lines_of(f"{TELLS}\ntime.sleep(60)", patience=1)["MXNet"]
    assert (line.verdict, line.said) == ("fail", "its import was not done after 1 s")


def test_a_library_that_is_not_there() -> None:
    script = 'print(\'{"type":"Library","name":"MXNet","problem":"not installed"}\')'
    line = lines_of(script)["MXNet"]
    assert (line.verdict, line.said) == ("fail", "not installed")
    assert line.advice == "Install it anew: pip install mxnet==1.9.1"


def test_lines_of_others_are_passed_over() -> None:
    found, trying = read_libraries(b'\xff\n[]\n{"type":"Other"}\n{"type":"Trying","name":"OpenCV"}')
    assert found == ()
    assert trying == "OpenCV"


@pytest.mark.parametrize(
    ("problem", "build", "says"),
    [
        ("not installed", "", "not installed"),
        ("ImportError: libGL.so.1: cannot open shared object file", "opencv-python", "libGL"),
        ("ImportError: numpy.core.multiarray", "opencv-python", "multiarray"),
    ],
)
def test_opencv_is_needed_by_two_families_alone(problem: str, build: str, says: str) -> None:
    line = of_opencv(Library("OpenCV", problem=problem, build=build))
    assert line.verdict == "warn"
    assert says in line.said
    assert "only CenterNet and SimplePose" in line.said
    assert "gluon-thaw[centernet]" in line.advice


@pytest.mark.parametrize(
    ("features", "sees", "there", "verdict"),
    [
        ((), None, 0, "ok"),
        ((), None, 2, "warn"),
        (("CUDA",), 2, 2, "ok"),
        (("CUDA",), 0, 0, "warn"),
        (("CUDA",), 0, 2, "fail"),
    ],
)
def test_cuda(features: tuple[str, ...], sees: int | None, there: int, verdict: str) -> None:
    build = "mxnet-cu112" if features else "mxnet"
    line = of_cuda(Library("MXNet", features=features, gpus=sees, build=build), there, "12.4")
    assert line.verdict == verdict
    assert bool(line.advice) == (verdict != "ok")
    assert ("CUDA 11.2" in line.said) == bool(features)
