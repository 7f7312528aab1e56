"""Work that is done side by side gives what it gives one after another, and its faults."""

import os
import subprocess
import sys
import textwrap
import time

import pytest
from skipping import skip_with_reason

from statereport import parallel
from statereport.errors import DataViolates


@pytest.fixture(params=["1", "2", "3"])
def processes(request, monkeypatch):
    monkeypatch.setenv(parallel.VARIABLE, request.param)
    return int(request.param)


def test_results_come_in_the_order_of_the_tasks(processes):
    assert parallel.side_by_side([lambda i=i: i * i for i in range(2500)]) == [i * i for i in range(2500)]
    assert parallel.side_by_side([]) == []


def alone(script: str) -> str:
    """What a script prints in a process of its own, which has one thread and two processes to work with."""
    if not sys.platform.startswith("linux"):
        skip_with_reason("work in copies of a process, which only Linux makes safely")
    head = "import os, time\nfrom statereport import parallel\n"
    environment = {**os.environ, parallel.VARIABLE: "2"}
    command = [sys.executable, "-c", head + textwrap.dedent(script)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout


def test_tasks_are_done_in_other_processes_where_there_are_several():
    assert (
        alone("""
        assert os.getpid() not in parallel.side_by_side([os.getpid, os.getpid])
        with parallel.beside(os.getpid) as found:
            assert found() != os.getpid()
        print("other")
    """)
        == "other\n"
    )


def test_what_the_first_failing_task_raises_is_raised(processes):
    def fail(number):
        if number % 2:
            time.sleep(0.05 / number)
            raise DataViolates("place", f"task {number}", "do better")
        return number

    with pytest.raises(DataViolates, match="task 1") as found:
        parallel.side_by_side([lambda i=i: fail(i) for i in range(2)])
    assert found.value.where == "place" and found.value.hint == "do better"
    with pytest.raises(DataViolates, match="task 3"), parallel.beside(lambda: fail(3)) as result:
        result()


def test_a_fault_that_cannot_be_sent_is_sent_as_its_words(processes):
    class Odd(Exception):
        """A class that another process cannot name."""

    def fail():
        raise Odd("words")

    with pytest.raises(Exception, match="words"):
        parallel.side_by_side([fail, int])


def test_a_process_that_is_ended_from_outside_is_a_fault():
    assert (
        alone("""
        try:
            parallel.side_by_side([lambda: os._exit(3), int])
        except RuntimeError as fault:
            print(fault)
    """)
        == "A process that worked beside this one was ended before its work was done.\n"
    )


def test_work_beside_a_block_that_fails_is_ended(tmp_path):
    begun = str(tmp_path / "begun")
    start = time.monotonic()
    assert (
        alone(f"""
        def work():
            open({begun!r}, "w").close()
            time.sleep(100)

        try:
            with parallel.beside(work):
                while not os.path.exists({begun!r}):
                    time.sleep(0.01)
                raise KeyError
        except KeyError:
            print("ended")
    """)
        == "ended\n"
    )
    assert time.monotonic() - start < 60
