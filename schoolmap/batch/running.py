"""
Run many projects on Dask: a cluster on this machine, or one that is there.

Each project is one task of one process; a few more than there are processes are
handed out at a time, so that memory stays bounded however many there are. A
process that dies takes no other project with it: those that it had in hand are
tried once more, each alone, and only what kills its process again is reported.
"""

from __future__ import annotations

from contextlib import ExitStack
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

from schoolmap.batch.jobs import fingerprint
from schoolmap.batch.jobs import sort_out
from schoolmap.batch.single import FAILED
from schoolmap.batch.single import KEPT
from schoolmap.batch.single import SCRATCH
from schoolmap.batch.single import plan_one
from schoolmap.batch.single import sweep
from schoolmap.errors import SchoolmapError
from schoolmap.locking import held
from schoolmap.placing import disk_fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Sequence
    from pathlib import Path

    from schoolmap.batch.jobs import Job

LOCK = f"{SCRATCH}lock"
"""Held by the one run that may write into an output folder."""
AHEAD = 2
"""Tasks handed out for each process, so that none waits for work."""
NOTHING_SPENT = {"seconds": 0.0, "processor_seconds": 0.0, "peak_mb": 0.0}
"""Of a project that was kept, or whose process died with what it knew."""


@contextmanager
def only_run(out: Path) -> Iterator[None]:
    """
    Hold an output folder: of two runs, one would remove what the other is making.

    Parameters
    ----------
    out
        Output folder; made if it is not there.

    Raises
    ------
    BusyError
        If another run holds it; says which. One that was killed holds nothing.
    DiskError
        If the folder may not be written to.
    """
    with ExitStack() as holding:
        try:
            out.mkdir(parents=True, exist_ok=True)
            holding.enter_context(held(out / LOCK))
        except OSError as error:
            raise disk_fault(error, out) or error from error
        yield


class ClusterError(SchoolmapError, RuntimeError):
    """No cluster could be started or reached."""


def run(
    jobs: Sequence[Job],
    out: Path,
    *,
    workers: int,
    scheduler: str | None = None,
    language: str | None = None,
    again: bool = False,
    report: Callable[[dict[str, Any]], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """
    Plan projects, and keep those that are finished.

    Parameters
    ----------
    jobs
        From `jobs.jobs_of`.
    out
        Output folder; each project has a folder in it. On a cluster of several
        machines all of them must see it, and the projects, under the same path.
    workers
        Processes of a cluster on this machine.
    scheduler
        Address of an existing cluster, such as `tcp://host:8786`; its own
        processes are used then.
    language
        `en` or `zh`; without it, each project's own.
    again
        Plan also what is finished.
    report
        Called with each outcome as it comes, in any order.

    Returns
    -------
    outcomes
        Of every job, by name; see `single.plan_one`. What was finished has the
        status `kept`. The products are the same, to the byte, however many
        processes there are.

    Raises
    ------
    ClusterError
        If no cluster can be started or reached.
    """
    out.mkdir(parents=True, exist_ok=True)
    sweep(out)
    prints = {job.name: fingerprint(job.folder, language=language or "") for job in jobs}
    waiting, kept = (list(jobs), {}) if again else sort_out(jobs, out, prints=prints)
    outcomes: dict[str, dict[str, Any]] = {name: {"name": name, "status": KEPT, **NOTHING_SPENT} for name in kept}
    for outcome in outcomes.values():
        report(outcome)
    if waiting:
        with _client(workers, scheduler, jobs=len(waiting)) as client:
            for outcome in _outcomes(client, waiting, out, prints=prints, language=language):
                outcomes[outcome["name"]] = outcome
                report(outcome)
        sweep(out)
    return [outcomes[job.name] for job in jobs]


def _outcomes(
    client: Any,  # noqa: ANN401 - dask has no types
    jobs: Sequence[Job],
    out: Path,
    *,
    prints: dict[str, str],
    language: str | None,
) -> Iterator[dict[str, Any]]:
    """Plan a few at a time; a project whose process died is planned once more by itself: another may have killed it."""
    planned = partial(_handed_out, client, out=out, prints=prints, language=language)
    at_once = max(1, len(client.scheduler_info()["workers"])) * AHEAD
    suspects = []
    for job, outcome, _ in planned(jobs, at_once=at_once):
        if outcome is None:
            suspects.append(job)
        else:
            yield outcome
    for suspect in sorted(suspects, key=lambda job: job.name):
        for job, outcome, error in planned([suspect], at_once=1):
            died = f"The process that planned it died, twice; the second time it ran alone. For lack of memory perhaps ({error})."
            yield outcome or {"name": job.name, "status": FAILED, "message": died, **NOTHING_SPENT}


def _handed_out(
    client: Any,  # noqa: ANN401 - dask has no types
    jobs: Sequence[Job],
    *,
    out: Path,
    at_once: int,
    prints: dict[str, str],
    language: str | None,
) -> Iterator[tuple[Job, dict[str, Any] | None, str]]:
    """Hand out tasks, so many at a time, and yield what becomes of each: nothing and the error's name if its process died."""
    import distributed  # noqa: PLC0415

    waiting = iter(jobs)
    running: dict[Any, Job] = {}

    def hand_out() -> Any:  # noqa: ANN401 - a future of dask
        job = next(waiting, None)
        if job is None:
            return None
        arguments = (str(job.folder.resolve()), str(out.resolve()), job.name, prints[job.name], language)
        # a task of the same arguments may have run before: dask must not answer from its memory
        future = client.submit(plan_one, *arguments, pure=False, retries=0)
        running[future.key] = job
        return future

    started = [future for future in (hand_out() for _ in range(min(at_once, len(jobs)))) if future is not None]
    ended: Any = distributed.as_completed(started, loop=client.loop)  # type: ignore[no-untyped-call]
    for future in ended:
        job, error = running.pop(future.key), future.exception()
        yield (job, future.result(), "") if error is None else (job, None, type(error).__name__)
        # results are small, but a thousand of them need not be held by the cluster
        future.release()
        following = hand_out()
        if following is not None:
            ended.add(following)


@contextmanager
def _client(workers: int, scheduler: str | None, *, jobs: int) -> Iterator[Any]:
    """Yield a client of a cluster that lives as long as the work."""
    try:
        import dask  # noqa: PLC0415
        import distributed  # noqa: PLC0415
    except ImportError as error:
        msg = "Planning many projects needs Dask: pip install 'schoolmap[batch]'."
        raise ClusterError(msg) from error
    quiet = {
        # whose process died is tried again by us, alone
        "distributed.scheduler.allowed-failures": 0,
        "distributed.admin.tick.limit": "1h",
        "distributed.worker.daemon": True,
    }
    with dask.config.set(quiet):
        try:
            cluster: Any = scheduler or distributed.LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=max(1, min(workers, jobs)),
                threads_per_worker=1,
                processes=True,
                # any port, and of this machine only: two runs at a time must not meet at the usual one
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                silence_logs="CRITICAL",
            )
            client: Any = distributed.Client(cluster, timeout="30s", set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError, ValueError) as error:
            msg = f"No cluster at {scheduler or 'this machine'}: {error}."
            raise ClusterError(msg) from error
        try:
            yield client
        finally:
            client.close()
            if scheduler is None:
                cluster.close()
