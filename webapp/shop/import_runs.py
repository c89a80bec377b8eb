"""Imports from the back office: taken in, worked on beside the pages, stopped and gone on with.

One is done at a time, in a thread of the web process. Cut short, it is simply begun again:
what is in already is the same, and is passed over.
"""

import secrets
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from webapp.errors import ImportUnderWay, LorgnetteError
from webapp.shop import accounts, importing, parcels
from webapp.shop.importing import Outcome, Report
from webapp.shop.sheets import Fault
from webapp.shop.views import AdminView
from webapp.storage import belongings, clock
from webapp.storage import imports as rows
from webapp.storage.database import reading, writing
from webapp.storage.import_tables import ImportRun, ImportState
from webapp.storage.tables import Role

TOKEN_BYTES = 16
LIFE = timedelta(
    seconds=90
)  # one frame takes seconds; without a sign for so long, it was cut short
BEAT_SECONDS = 1.0  # between two notes of how far it is
MOST_FAULTS = 5000  # that are kept of one import
KEPT = 20  # imports whose file and faults are kept


@dataclass(frozen=True)
class RunView:
    """An import as it stands; `alive`: it is at work now. `failure`: of the file as a whole."""

    token: str
    who: str
    name: str
    dry: bool
    state: str
    alive: bool
    report: Report
    faults: tuple[Fault, ...]
    failure: Fault | None
    created: datetime


@dataclass
class Bench:
    """The thread that works, and by whom each import was asked for."""

    worker: ThreadPoolExecutor


def bench() -> Bench:
    """Return a new bench; the app has one."""
    return Bench(ThreadPoolExecutor(1, thread_name_prefix="import"))


def folder() -> Path:
    """Return where files lie that are imported."""
    return Path(belongings.settings()["INSTANCE_DIR"]) / "imports"


def begin(by: AdminView, file: IO[bytes], name: str, *, dry: bool) -> str:
    """Take a file in and begin with its import; return the import's token.

    Raises:
        NotAllowed: a viewer asks.
        ImportUnderWay: another is at work.
    """
    accounts.require(by, Role.EDITOR)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{secrets.token_hex(16)}.import"
    try:
        with path.open("xb") as out:
            shutil.copyfileobj(file, out)
        with writing() as session:
            refuse_second(rows.running(session, clock.now() - LIFE))
            row = ImportRun(token=token, who=by.email, name=name[:200], file=path.name, dry=dry)
            session.add(row)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    forget_old()
    submit(by, token)
    return token


def again(by: AdminView, token: str, *, dry: bool) -> None:
    """Begin an import anew: after a dry run in earnest, or one that was stopped or cut short.

    Raises:
        NotAllowed, ImportUnderWay: as `begin`.
        NotFound: there is no such import.
    """
    accounts.require(by, Role.EDITOR)
    with writing() as session:
        row = rows.get(session, token)
        refuse_second(rows.running(session, clock.now() - LIFE))
        row.state, row.dry, row.who, row.beat_at = ImportState.RUNNING, dry, by.email, clock.now()
        row.failure, row.faults = None, []
        set_counts(row, Report())
    submit(by, token)


def refuse_second(running: ImportRun | None) -> None:
    """Raise `ImportUnderWay` where one is at work."""
    if running is not None:
        raise ImportUnderWay()


def stop(by: AdminView, token: str) -> None:
    """Let an import end after the frame that it is at. Raises `NotAllowed`, `NotFound`."""
    accounts.require(by, Role.EDITOR)
    with writing() as session:
        row = rows.get(session, token)
        if row.state == ImportState.RUNNING:
            row.state = ImportState.STOPPED


def submit(by: AdminView, token: str) -> None:
    """Let the worker have an import."""
    context = belongings.context()

    def work_in_context() -> None:
        with context():
            work(by, token)

    belongings.only(bench).worker.submit(work_in_context)


def work(by: AdminView, token: str) -> None:
    """Do an import, noting how far it is."""
    with reading() as session:
        row = rows.get(session, token)
        path, dry = folder() / row.file, row.dry
    noting = Noting(token)
    try:
        importing.run(by, parcels.open_parcel(path), dry=dry, heed=noting.heed)
    except LorgnetteError as error:
        noting.end(ImportState.FAILED, Fault.of(0, "", error))
    except Exception:
        noting.end(ImportState.FAILED, Fault(0, "", "error", {}))
        raise
    else:
        noting.end(ImportState.DONE)


class Noting:
    """Writes down how far an import is: now and then, and at its end."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.report = Report()
        self.faults: list[Fault] = []
        self.due = 0.0

    def heed(self, report: Report, outcome: Outcome) -> bool:
        """Note one frame's outcome; return whether to go on."""
        self.report = report
        self.faults += outcome.faults
        if time.monotonic() < self.due:
            return True
        self.due = time.monotonic() + BEAT_SECONDS
        return self.note(None) == ImportState.RUNNING

    def end(self, state: ImportState, failure: Fault | None = None) -> None:
        """Note the end; one that was stopped stays so."""
        self.note(state, failure)

    def note(self, state: ImportState | None, failure: Fault | None = None) -> str:
        """Write it down, and return the state that the import is in."""
        with writing() as session:
            row = rows.get(session, self.token)
            if state is not None and row.state == ImportState.RUNNING:
                row.state = state
            row.beat_at = clock.now()
            row.faults = [asdict(fault) for fault in self.faults[:MOST_FAULTS]]
            row.failure = asdict(failure) if failure else None
            set_counts(row, self.report)
            return str(row.state)


def set_counts(row: ImportRun, report: Report) -> None:
    """Write a report into an import's row."""
    for name, value in asdict(report).items():
        setattr(row, name, value)


def forget_old() -> None:
    """Forget the imports of long ago, with their files."""
    with writing() as session:
        for row in rows.older(session, KEPT):
            (folder() / row.file).unlink(missing_ok=True)
            session.delete(row)


def latest() -> list[RunView]:
    """Return the last imports, the latest first."""
    with reading() as session:
        return [view_of(row) for row in rows.latest(session, KEPT)]


def get(token: str) -> RunView:
    """Return an import. Raises `NotFound`."""
    with reading() as session:
        return view_of(rows.get(session, token))


def view_of(row: ImportRun) -> RunView:
    """Return what is shown of an import's row."""
    counts: dict[str, Any] = {name: getattr(row, name) for name in asdict(Report())}
    return RunView(
        token=row.token,
        who=row.who,
        name=row.name,
        dry=row.dry,
        state=str(row.state),
        alive=row.state == ImportState.RUNNING and row.beat_at >= clock.now() - LIFE,
        report=Report(**counts),
        faults=tuple(Fault(**one) for one in row.faults),
        failure=Fault(**row.failure) if row.failure else None,
        created=row.created_at,
    )
